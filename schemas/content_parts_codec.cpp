#include "schemas/content_parts_codec.h"

namespace chapar::schemas {
namespace {

template <typename List>
unsigned size_of(const List& list) {
    return static_cast<unsigned>(list.size());
}

void write(wire::Substance::Builder out, const Substance& substance) {
    out.setList(wire_code(substance.list));
    put(out, &wire::Substance::Builder::setName, substance.name);
    put(out, &wire::Substance::Builder::setCas, substance.cas);
    put(out, &wire::Substance::Builder::setInchiKey, substance.inchi_key);
    put(out, &wire::Substance::Builder::setHs6, substance.hs6);
    out.setForm(wire_code(substance.form));
}

Substance read(WireReading& in, wire::Substance::Reader wire) {
    Substance out;
    out.list = in.code<SubstanceList>(wire.getList(), "substance.list");
    out.name = in.line(wire.getName(), "substance.name");
    out.cas = in.line(wire.getCas(), "substance.cas");
    out.inchi_key = in.line(wire.getInchiKey(), "substance.inchiKey");
    out.hs6 = in.line(wire.getHs6(), "substance.hs6");
    out.form = in.code_or_none<SubstanceForm>(wire.getForm(), "substance.form");
    return out;
}

Quantity read(WireReading& in, wire::Quantity::Reader wire) {
    Quantity out;
    out.thousandths = wire.getThousandths();
    out.unit = in.code<Unit>(wire.getUnit(), "quantity.unit");
    out.weighing = in.code_or_none<Weighing>(wire.getWeighing(), "quantity.weighing");
    out.measure = in.code_or_none<Measure>(wire.getMeasure(), "quantity.measure");
    return out;
}

}  // namespace

void write(wire::Place::Builder out, const Place& place) {
    put(out, &wire::Place::Builder::setCountry, place.country);
    put(out, &wire::Place::Builder::setSubdivision, place.subdivision);
    put(out, &wire::Place::Builder::setLocode, place.locode);
    put(out, &wire::Place::Builder::setOffice, place.office);
    put(out, &wire::Place::Builder::setDescription, place.description);
    if (place.coordinates) {
        auto point = out.initCoordinates();
        point.setLatitudeE7(place.coordinates->latitude_e7);
        point.setLongitudeE7(place.coordinates->longitude_e7);
        point.setAccuracyM(place.coordinates->accuracy_m);
    }
}

Place read(WireReading& in, wire::Place::Reader wire) {
    Place out;
    out.country = in.line(wire.getCountry(), "place.country");
    out.subdivision = in.line(wire.getSubdivision(), "place.subdivision");
    out.locode = in.line(wire.getLocode(), "place.locode");
    out.office = in.line(wire.getOffice(), "place.office");
    out.description = in.line(wire.getDescription(), "place.description");
    if (wire.hasCoordinates()) {
        const auto point = wire.getCoordinates();
        out.coordinates =
            Coordinates{point.getLatitudeE7(), point.getLongitudeE7(), point.getAccuracyM()};
    }
    return out;
}

void write(wire::Goods::Builder out, const Goods& goods) {
    write(out.initSubstance(), goods.substance);
    auto quantity = out.initQuantity();
    quantity.setThousandths(goods.quantity.thousandths);
    quantity.setUnit(wire_code(goods.quantity.unit));
    quantity.setWeighing(wire_code(goods.quantity.weighing));
    quantity.setMeasure(wire_code(goods.quantity.measure));
    if (goods.purity) {
        auto purity = out.initPurity();
        purity.setPerMille(goods.purity->per_mille);
        purity.setMethod(wire_code(goods.purity->method));
    }
}

Goods read(WireReading& in, wire::Goods::Reader wire) {
    Goods out;
    out.substance = read(in, wire.getSubstance());
    out.quantity = read(in, wire.getQuantity());
    if (wire.hasPurity()) {
        out.purity = Purity{wire.getPurity().getPerMille(),
                            in.code<PurityMethod>(wire.getPurity().getMethod(), "purity.method")};
    }
    return out;
}

void write(wire::Conveyance::Builder out, const Conveyance& conveyance) {
    using Out = wire::Conveyance::Builder;
    out.setMode(wire_code(conveyance.mode));
    put(out, &Out::setPlate, conveyance.plate);
    put(out, &Out::setPlateCountry, conveyance.plate_country);
    put(out, &Out::setVin, conveyance.vin);
    put(out, &Out::setContainer, conveyance.container);
    put(out, &Out::setVessel, conveyance.vessel);
    put(out, &Out::setImo, conveyance.imo);
    put(out, &Out::setMmsi, conveyance.mmsi);
    put(out, &Out::setFlight, conveyance.flight);
    put(out, &Out::setWagon, conveyance.wagon);
    auto documents = out.initDocuments(size_of(conveyance.documents));
    for (unsigned i = 0; i < documents.size(); ++i) {
        auto document = documents[i];
        document.setType(wire_code(conveyance.documents[i].type));
        put(document, &wire::NumberedDocument::Builder::setNumber, conveyance.documents[i].number);
    }
    auto seals = out.initSeals(size_of(conveyance.seals));
    for (unsigned i = 0; i < seals.size(); ++i) seals.set(i, conveyance.seals[i].c_str());
}

Conveyance read(WireReading& in, wire::Conveyance::Reader wire) {
    Conveyance out;
    out.mode = in.code<TransportMode>(wire.getMode(), "conveyance.mode");
    out.plate = in.line(wire.getPlate(), "conveyance.plate");
    out.plate_country = in.line(wire.getPlateCountry(), "conveyance.plateCountry");
    out.vin = in.line(wire.getVin(), "conveyance.vin");
    out.container = in.line(wire.getContainer(), "conveyance.container");
    out.vessel = in.line(wire.getVessel(), "conveyance.vessel");
    out.imo = in.line(wire.getImo(), "conveyance.imo");
    out.mmsi = in.line(wire.getMmsi(), "conveyance.mmsi");
    out.flight = in.line(wire.getFlight(), "conveyance.flight");
    out.wagon = in.line(wire.getWagon(), "conveyance.wagon");
    const auto documents = wire.getDocuments();
    const unsigned count =
        in.count(documents.size(), 0, limits::kContentItems, "conveyance.documents");
    for (unsigned i = 0; i < count; ++i) {
        out.documents.push_back(
            {in.code<TransportDocument>(documents[i].getType(), "conveyance.documents"),
             in.line(documents[i].getNumber(), "conveyance.documents")});
    }
    const auto seals = wire.getSeals();
    const unsigned sealed = in.count(seals.size(), 0, limits::kSeals, "conveyance.seals");
    for (unsigned i = 0; i < sealed; ++i) {
        out.seals.push_back(in.line(seals[i], "conveyance.seals"));
    }
    return out;
}

void write(wire::Person::Builder out, const Person& person) {
    auto names = out.initNames(size_of(person.names));
    for (unsigned i = 0; i < names.size(); ++i) {
        auto name = names[i];
        put(name, &wire::PersonName::Builder::setText, person.names[i].text);
        name.setScript(wire_code(person.names[i].script));
        put(name, &wire::PersonName::Builder::setTransliteration, person.names[i].transliteration);
    }
    if (person.birth) {
        auto birth = out.initBirth();
        birth.setYear(person.birth->year);
        birth.setMonth(person.birth->month);
        birth.setDay(person.birth->day);
        birth.setCalendar(wire_code(person.birth->calendar));
    }
    put(out, &wire::Person::Builder::setNationality, person.nationality);
    if (person.document) {
        auto document = out.initDocument();
        put(document, &wire::IdentityDocument::Builder::setType, person.document->type);
        put(document, &wire::IdentityDocument::Builder::setNumber, person.document->number);
        put(document, &wire::IdentityDocument::Builder::setIssuer, person.document->issuer);
    }
    put(out, &wire::Person::Builder::setRole, person.role);
    out.setStatus(wire_code(person.status));
}

Person read(WireReading& in, wire::Person::Reader wire) {
    Person out;
    const auto names = wire.getNames();
    const unsigned count = in.count(names.size(), 0, limits::kPersonNames, "person.names");
    for (unsigned i = 0; i < count; ++i) {
        out.names.push_back({in.line(names[i].getText(), "person.names"),
                             in.code<Script>(names[i].getScript(), "person.names"),
                             in.line(names[i].getTransliteration(), "person.names")});
    }
    if (wire.hasBirth()) {
        const auto birth = wire.getBirth();
        out.birth = PartialDate{birth.getYear(), birth.getMonth(), birth.getDay(),
                                in.code<Calendar>(birth.getCalendar(), "person.birth")};
    }
    out.nationality = in.line(wire.getNationality(), "person.nationality");
    if (wire.hasDocument()) {
        const auto document = wire.getDocument();
        out.document = IdentityDocument{in.line(document.getType(), "person.document"),
                                        in.line(document.getNumber(), "person.document"),
                                        in.line(document.getIssuer(), "person.document")};
    }
    out.role = in.line(wire.getRole(), "person.role");
    out.status = in.code_or_none<PersonStatus>(wire.getStatus(), "person.status");
    return out;
}

void write(wire::Remarks::Builder out, const Remarks& remarks) {
    put(out, &wire::Remarks::Builder::setNote, remarks.note.text);
    put(out, &wire::Remarks::Builder::setLanguage, remarks.note.language);
    if (remarks.evaluation) {
        out.setSource(wire_code(remarks.evaluation->source));
        out.setInformation(wire_code(remarks.evaluation->information));
    }
    out.setTlp(wire_code(remarks.tlp));
}

Remarks read(WireReading& in, wire::Remarks::Reader wire) {
    Remarks out;
    out.note.text =
        in.text(wire.getNote(), limits::kLongTextBytes, TextForm::Lines, "remarks.note");
    out.note.language = in.line(wire.getLanguage(), "remarks.language");
    if (wire.getSource() != 0 || wire.getInformation() != 0) {
        out.evaluation =
            Evaluation{in.code<SourceGrade>(wire.getSource(), "remarks.source"),
                       in.code<InformationGrade>(wire.getInformation(), "remarks.information")};
    }
    out.tlp = in.code_or_none<Tlp>(wire.getTlp(), "remarks.tlp");
    return out;
}

}  // namespace chapar::schemas
