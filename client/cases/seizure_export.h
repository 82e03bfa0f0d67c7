// Seizures as files that others read: CSV, GeoJSON, JSON lines.
//
// Owns: the three forms. CSV: the columns of ids_columns.h, guarded against formulas (csv_write.h).
// GeoJSON (RFC 7946): WGS84, longitude first; a feature for each of a seizure's goods with the same
// columns in snake_case, without a geometry where no position is known, and one for the route where
// two places of it have positions. JSON lines: the alert in the form of its kind, without persons,
// and what the other two say of its message. Positions are those of coarse_position.h in all of
// them. Does not know files or which seizures. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "client/cases/csv_write.h"
#include "client/core/seizure_records.h"

namespace chapar::client {

enum class SeizureForm : std::uint8_t { Csv, GeoJson, JsonLines };

class SeizureExport {
  public:
    SeizureExport(SeizureForm form, CsvLocale locale);

    void add(const SeizureRecord& record);
    // The whole file. To be called once, last.
    [[nodiscard]] std::string finish();

  private:
    void add_rows(const SeizureRecord& record);
    void add_features(const SeizureRecord& record);
    void add_feature(const std::string& id, const std::string& geometry,
                     const std::string& properties);
    void add_line(const SeizureRecord& record);

    SeizureForm form_;
    CsvWriter csv_;
    std::string out_;
    bool any_ = false;
};

}  // namespace chapar::client
