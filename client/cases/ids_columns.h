// The columns of a table of seizures: UNODC's individual drug seizure profile, then ours.
//
// Owns: which columns there are, their order and words in what is written, and the field of a
// seizure alert that each one says. Does not know cells, other spellings of a header (ids_words.h)
// or codes. Reader and writer share it. Source: the profile as its public workbooks have it (14
// columns, in English); ux.md 4 for ours. Pure data.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace chapar::client {

// In the order in which they are written.
enum class IdsColumn : std::uint8_t {
    // The profile.
    SeizureDate,
    Country,
    Iso3,
    Subregion,
    Region,
    Substance,
    Quantity,
    Unit,
    City,
    AdministrativeRegion,
    Location,
    Mode,
    Source,
    ReportingChannel,
    // Ours.
    Time,
    UtcOffset,
    Agency,
    Subdivision,
    Locode,
    Office,
    Latitude,
    Longitude,
    Accuracy,
    SubstanceList,
    Cas,
    Form,
    Weighing,
    Measure,
    Purity,
    PurityMethod,
    Concealment,
    Detection,
    Plate,
    PlateCountry,
    Container,
    Vessel,
    Imo,
    Flight,
    DepartureCountry,
    TransitCountries,
    DestinationCountry,
    Packages,
    Marks,
    Logo,
    Arrests,
    WantsControlledDelivery,
    SourceGrade,
    InformationGrade,
    Tlp,
    Note,
    NoteLanguage,
    To,
    Case,
    Classification,
    Handling,
    Reference,
    // Written, and passed over where they are read: they follow from the rest, or from the ledger.
    Kilograms,
    Precursor,
    Message,
    CorrectedBy,
    Trust,
};
constexpr std::size_t kIdsColumns = static_cast<std::size_t>(IdsColumn::Trust) + 1;
constexpr std::size_t kIdsProfileColumns =
    static_cast<std::size_t>(IdsColumn::ReportingChannel) + 1;

enum class IdsUse : std::uint8_t {
    Sent,     // says something of the alert
    NotSent,  // is told once a file, and passed over
};

struct IdsColumnInfo {
    IdsColumn column;
    std::string_view header;  // as it is written
    // JSON pointer in the alert; a number of goods is left out ("/goods/quantity/value"). Empty: of
    // several fields, or none.
    std::string_view field;
    IdsUse use = IdsUse::Sent;
};

// By column, in their order.
[[nodiscard]] std::span<const IdsColumnInfo, kIdsColumns> ids_columns();
[[nodiscard]] const IdsColumnInfo& ids_column(IdsColumn column);

}  // namespace chapar::client
