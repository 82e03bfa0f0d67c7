// What helpers shared with the unit tests need of doctest, without its main().
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>
