#include "broker/edge/fault_point.h"

namespace chapar::broker {

void reach(FaultPoint) {}

}  // namespace chapar::broker
