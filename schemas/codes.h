// The code lists inside sealed content: one enum and one table of texts each.
//
// Owns: numbers (wire) and texts (JSON, screen) of every list. A new value goes at the end of its
// list; none is renumbered. Does not know which fields use them (content.h). Source: domain.md 3
// "Encrypted common types"; UN/ECE Rec 19 (transport modes) and Rec 20 (units).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "schemas/code_table.h"

namespace chapar::schemas {

// An enum that repeats an open list (schemas/codes), which it names: a newer list may know more, so
// the enum also holds numbers that it has no text for. Its texts are kinds/code_text.h's.
template <typename Code>
concept OpenCode = CodeList<Code> && requires {
    CodeTexts<Code>::kOpenList;
};
template <OpenCode Code>
std::string_view text_of(Code code) = delete;

// Schedules: 1961 Convention as amended, 1971 Convention, 1988 Convention tables I and II,
// international special surveillance list, new psychoactive substances.
enum class SubstanceList : std::uint8_t { Nd61, Ps71, T1, T2, Issl, Nps, Other };
template <>
struct CodeTexts<SubstanceList> {
    static constexpr std::string_view kOpenList = "substance-lists";
    static constexpr std::array<std::string_view, 7> kTexts{"ND61", "PS71", "T1",   "T2",
                                                            "ISSL", "NPS",  "OTHER"};
};

enum class SubstanceForm : std::uint8_t {
    Powder,
    Brick,
    Resin,
    Paste,
    Liquid,
    Tablet,
    Ampoule,
    Plant,
    Blotter
};
template <>
struct CodeTexts<SubstanceForm> {
    static constexpr std::string_view kOpenList = "substance-forms";
    static constexpr std::array<std::string_view, 9> kTexts{
        "powder", "brick", "resin", "paste", "liquid", "tablet", "ampoule", "plant", "blotter"};
};

// Never converted into each other. TAB, AMP, BLT and PLANT are ours, the others Rec 20.
enum class Unit : std::uint8_t { Kgm, Grm, Ltr, Mlt, H87, Tab, Amp, Blt, Plant };
template <>
struct CodeTexts<Unit> {
    static constexpr std::array<std::string_view, 9> kTexts{"KGM", "GRM", "LTR", "MLT",  "H87",
                                                            "TAB", "AMP", "BLT", "PLANT"};
};

enum class Weighing : std::uint8_t { Gross, Net };
template <>
struct CodeTexts<Weighing> {
    static constexpr std::array<std::string_view, 2> kTexts{"gross", "net"};
};

enum class Measure : std::uint8_t { Weighed, Estimated };
template <>
struct CodeTexts<Measure> {
    static constexpr std::array<std::string_view, 2> kTexts{"weighed", "estimated"};
};

enum class PurityMethod : std::uint8_t { FieldKit, Raman, Lab };
template <>
struct CodeTexts<PurityMethod> {
    static constexpr std::string_view kOpenList = "purity-methods";
    static constexpr std::array<std::string_view, 3> kTexts{"field-kit", "raman", "lab"};
};

// Numbered as UN/ECE Recommendation 19.
enum class TransportMode : std::uint8_t {
    Unspecified,
    Sea,
    Rail,
    Road,
    Air,
    Mail,
    Multimodal,
    Fixed,
    InlandWater,
    NotApplicable
};
template <>
struct CodeTexts<TransportMode> {
    static constexpr std::array<std::string_view, 10> kTexts{
        "unspecified", "sea",        "rail",  "road",         "air",
        "mail",        "multimodal", "fixed", "inland-water", "not-applicable"};
};

enum class TransportDocument : std::uint8_t { Cmr, Tir, Awb, BillOfLading, Other };
template <>
struct CodeTexts<TransportDocument> {
    static constexpr std::string_view kOpenList = "transport-documents";
    static constexpr std::array<std::string_view, 5> kTexts{"CMR", "TIR", "AWB", "B/L", "OTHER"};
};

enum class Concealment : std::uint8_t {
    BodyIngested,
    BodyWorn,
    LuggageFalseBottom,
    VehicleFuelTank,
    VehicleTyre,
    VehicleChassis,
    VehicleCab,
    CargoInGoods,
    CargoMixedLiquid,
    ContainerStructure,
    ContainerRipOn,
    RailWagonFrame,
    VesselHull,
    ParasiteMagnet,
    PostParcel,
    Animal,
    Drone,
    None,
    Other
};
template <>
struct CodeTexts<Concealment> {
    static constexpr std::string_view kOpenList = "concealment";
    static constexpr std::array<std::string_view, 19> kTexts{
        "BODY_INGESTED",  "BODY_WORN",       "LUGGAGE_FALSE_BOTTOM",
        "VEH_FUEL_TANK",  "VEH_TYRE",        "VEH_CHASSIS",
        "VEH_CAB",        "CARGO_IN_GOODS",  "CARGO_MIXED_LIQUID",
        "CONT_STRUCTURE", "CONT_RIP_ON",     "RAIL_WAGON_FRAME",
        "VESSEL_HULL",    "PARASITE_MAGNET", "POST_PARCEL",
        "ANIMAL",         "DRONE",           "NONE",
        "OTHER"};
};

enum class Detection : std::uint8_t { Profile, Dog, Scan, Tip, Routine };
template <>
struct CodeTexts<Detection> {
    static constexpr std::string_view kOpenList = "detection";
    static constexpr std::array<std::string_view, 5> kTexts{"profile", "dog", "scan", "tip",
                                                            "routine"};
};

// At what kind of place: the first nine are those of UNODC's seizure profile.
enum class SeizurePlace : std::uint8_t {
    Airport,
    Port,
    Road,
    PostOffice,
    Dwelling,
    Warehouse,
    TerritorialWaters,
    InternationalWaters,
    CommercialPremises,
    BorderCrossing,
    RailStation,
    Other
};
template <>
struct CodeTexts<SeizurePlace> {
    static constexpr std::string_view kOpenList = "seizure-places";
    static constexpr std::array<std::string_view, 12> kTexts{"airport",
                                                             "port",
                                                             "road",
                                                             "post-office",
                                                             "dwelling",
                                                             "warehouse",
                                                             "territorial-waters",
                                                             "international-waters",
                                                             "commercial-premises",
                                                             "border-crossing",
                                                             "rail-station",
                                                             "other"};
};

// ISO 15924.
enum class Script : std::uint8_t { Cyrl, Arab, Latn };
template <>
struct CodeTexts<Script> {
    static constexpr std::string_view kOpenList = "scripts";
    static constexpr std::array<std::string_view, 3> kTexts{"Cyrl", "Arab", "Latn"};
};

enum class Calendar : std::uint8_t { Gregorian, SolarHijri };
template <>
struct CodeTexts<Calendar> {
    static constexpr std::array<std::string_view, 2> kTexts{"gregorian", "solar-hijri"};
};

enum class PersonStatus : std::uint8_t { Suspect, Wanted, Arrested, Minor, Witness };
template <>
struct CodeTexts<PersonStatus> {
    static constexpr std::array<std::string_view, 5> kTexts{"suspect", "wanted", "arrested",
                                                            "minor", "witness"};
};

// Reliability of the source, A best; X cannot be judged.
enum class SourceGrade : std::uint8_t { A, B, C, X };
template <>
struct CodeTexts<SourceGrade> {
    static constexpr std::array<std::string_view, 4> kTexts{"A", "B", "C", "X"};
};

enum class InformationGrade : std::uint8_t { One, Two, Three, Four };
template <>
struct CodeTexts<InformationGrade> {
    static constexpr std::array<std::string_view, 4> kTexts{"1", "2", "3", "4"};
};

// Traffic Light Protocol 2.0.
enum class Tlp : std::uint8_t { Clear, Green, Amber, AmberStrict, Red };
template <>
struct CodeTexts<Tlp> {
    static constexpr std::array<std::string_view, 5> kTexts{"CLEAR", "GREEN", "AMBER",
                                                            "AMBER+STRICT", "RED"};
};

enum class QuestionType : std::uint8_t { Subscriber, Vehicle, Person, Company, Travel };
template <>
struct CodeTexts<QuestionType> {
    static constexpr std::string_view kOpenList = "question-types";
    static constexpr std::array<std::string_view, 5> kTexts{"subscriber", "vehicle", "person",
                                                            "company", "travel"};
};

enum class ReplyResult : std::uint8_t { Found, NotFound };
template <>
struct CodeTexts<ReplyResult> {
    static constexpr std::array<std::string_view, 2> kTexts{"FOUND", "NOT_FOUND"};
};

enum class RecallAction : std::uint8_t { Delete, StopUsing, Replace };
template <>
struct CodeTexts<RecallAction> {
    static constexpr std::array<std::string_view, 3> kTexts{"delete", "stop-using", "replace"};
};

enum class RecallResult : std::uint8_t { Done, NotDone };
template <>
struct CodeTexts<RecallResult> {
    static constexpr std::array<std::string_view, 2> kTexts{"DONE", "NOT_DONE"};
};

}  // namespace chapar::schemas
