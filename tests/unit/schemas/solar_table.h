// The table of leap years that the Calendar Center of the Institute of Geophysics, University of
// Tehran, publishes for Solar Hijri 1206 to 1498: calendar.ut.ac.ir, KabiseShamsi1206-1498-new.pdf
// (read in the CC0 text form, github.com/roozbehp/persiancalendar, kabise.txt). Both columns, kept
// apart: which years are leap years, and on which day of March each year begins.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

namespace chapar::testing {

inline constexpr std::int64_t kTableFirst = 1206;
inline constexpr std::int64_t kTableLast = 1498;

inline constexpr std::array<std::int64_t, 71> kTabledLeapYears{
    1210, 1214, 1218, 1222, 1226, 1230, 1234, 1238, 1243, 1247, 1251, 1255, 1259, 1263, 1267,
    1271, 1276, 1280, 1284, 1288, 1292, 1296, 1300, 1304, 1309, 1313, 1317, 1321, 1325, 1329,
    1333, 1337, 1342, 1346, 1350, 1354, 1358, 1362, 1366, 1370, 1375, 1379, 1383, 1387, 1391,
    1395, 1399, 1403, 1408, 1412, 1416, 1420, 1424, 1428, 1432, 1436, 1441, 1445, 1449, 1453,
    1457, 1461, 1465, 1469, 1474, 1478, 1482, 1486, 1490, 1494, 1498};

// The years that begin on 20 and on 22 March; all others begin on the 21st.
inline constexpr std::array<std::int64_t, 66> kBegunOn20March{
    1243, 1247, 1251, 1255, 1259, 1263, 1267, 1271, 1275, 1276, 1375, 1379, 1383, 1387,
    1391, 1395, 1399, 1403, 1407, 1408, 1411, 1412, 1415, 1416, 1419, 1420, 1423, 1424,
    1427, 1428, 1431, 1432, 1435, 1436, 1439, 1440, 1441, 1443, 1444, 1445, 1447, 1448,
    1449, 1451, 1452, 1453, 1455, 1456, 1457, 1459, 1460, 1461, 1463, 1464, 1465, 1467,
    1468, 1469, 1471, 1472, 1473, 1474, 1475, 1476, 1477, 1478};
inline constexpr std::array<std::int64_t, 23> kBegunOn22March{
    1206, 1281, 1282, 1285, 1286, 1289, 1290, 1293, 1294, 1297, 1298, 1301,
    1302, 1305, 1306, 1310, 1314, 1318, 1322, 1326, 1330, 1334, 1338};

template <std::size_t Size>
constexpr bool tabled(const std::array<std::int64_t, Size>& years, std::int64_t year) {
    return std::ranges::find(years, year) != years.end();
}

}  // namespace chapar::testing
