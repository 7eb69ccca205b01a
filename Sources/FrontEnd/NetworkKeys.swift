import Networks

/// A mapping of the description: its keys in the order of the documentation. The one source of the JSON Schema and of the tables in
/// `Documentation/Network.md`; a test holds it against what the reader really knows.
package struct KeyTable: Sendable {
    /// The heading, or the name of the variant whose options these are.
    package var name: String
    package var summary: String
    package var keys: [Key]
    /// Whether the reader takes other keys too (options of learning rules).
    package var isOpen = false

    package struct Key: Sendable {
        package var name: String
        package var kind: KeyKind
        /// As it is written; nil where the key must be given.
        package var standard: String?
        package var summary: String
        package var example: String

        init(_ name: String, _ kind: KeyKind, default standard: String?, _ summary: String, _ example: String) {
            self.name = name
            self.kind = kind
            self.standard = standard
            self.summary = summary
            self.example = example
        }
    }
}

/// What may stand behind a key.
package indirect enum KeyKind: Sendable {
    case text, flag, fraction
    /// A name of something, also one of digits.
    case name
    case integer(least: Int)
    /// A number, bare in the unit or with one of its kind; no unit: bare.
    case number(unit: String?)
    /// A time in ms, or in `steps`.
    case time
    case choice([String])
    /// A number, one for each neuron, a distribution, or a file.
    case parameter(unit: String?)
    /// A number, one for each synapse, a distribution, or a file.
    case values(unit: String?)
    case table(KeyTable)
    /// A mapping of names that the user chooses.
    case named(KeyTable)
    /// A mapping of names that the user chooses to values of one kind.
    case each(KeyKind)
    case list(KeyKind)
    /// One of several, alone or as the only key of a mapping with its options.
    case variants([KeyTable])
    /// Only as the only key of a mapping with a value: `{test: 0.2}`.
    case single(String, KeyKind)
    case anyOf([KeyKind])
    case spikeTimes
    case synapses

    /// In words, for the tables.
    package var words: String {
        switch self {
        case .text: "text"
        case .flag: "`true` or `false`"
        case .fraction: "fraction, or %"
        case .name: "name"
        case .integer(let least): "whole number, at least \(least)"
        case .number(let unit): unit.map { "number, \($0)" } ?? "number"
        case .time: "time, ms or steps"
        case .choice(let words): words.map { "`\($0)`" }.joined(separator: ", ")
        case .parameter(let unit): "parameter" + (unit.map { ", \($0)" } ?? "")
        case .values(let unit): "values" + (unit.map { ", \($0)" } ?? "")
        case .table, .variants: "see below"
        case .named: "mapping of names"
        case .each(let kind): "mapping of names, each to \(kind.words)"
        case .list(.table): "list, see below"
        case .list(let item): "list; each: " + item.words
        case .single(let key, let kind): "`{\(key): \(kind.words)}`"
        case .anyOf(let kinds): kinds.map(\.words).joined(separator: ", or ")
        case .spikeTimes: "list of times, or one list for each neuron"
        case .synapses: "list of rows, or a file"
        }
    }
}

extension KeyTable {
    /// The whole description.
    package static var network: KeyTable {
        KeyTable(
            name: "network", summary: "The file.",
            keys: [
                Key("spikewright", .choice(["\(NetworkReader.formatVersion)"]), default: nil, "version of the format", "1"),
                Key("network", .name, default: nil, "name of the network", "digits"),
                Key("setup", .table(setup), default: "its defaults", "time and chance", "{timestep: 1 ms, seed: 42}"),
                Key(
                    "task", .table(task), default: "none", "data and how they become input",
                    "{data: digits8x8, encode: {rate: {duration: 32 ms}}}"),
                Key("populations", .named(population), default: nil, "the populations by their names", "{hidden: {size: 128, cell: lif}}"),
                Key(
                    "projections", .list(.table(projection)), default: "none", "bundles of synapses",
                    "[{pre: a, post: b, connector: all_to_all, weight: 1}]"),
                Key("readout", .table(readout), default: "none", "how an answer is read; a task needs it", "{population: digit}"),
                Key(
                    "learning", .anyOf([.text, .table(learning)]), default: "none", "the learning rule with its options",
                    "{rule: bptt, epochs: 20}"),
                Key("fidelity", .table(fidelity), default: "its defaults", "what is asked of the lowered form", "{max_drop: 1 %}"),
                Key(
                    "trained", .anyOf([.text, .each(.text)]), default: "none",
                    "HDF5 file with the values that training found; they take the place of the rules. Or one file for each target that was trained in the loop, `any` for all others",
                    "{any: yin-yang.h5, brainscales2: yin-yang.brainscales2.h5}"),
                Key(
                    "published", .list(.text), default: "none", "published results that the model reproduces, for reports",
                    "[\"97.5 % (Rueckauer 2022)\"]"),
            ])
    }

    package static var setup: KeyTable {
        let standard = Network(name: "")
        return KeyTable(
            name: "setup", summary: "Time and chance.",
            keys: [
                Key("timestep", .number(unit: "ms"), default: "\(text(standard.timestep)) ms", "length of a time step", "0.1 ms"),
                Key(
                    "time", .choice(TimeBase.allCases.map(\.rawValue)), default: "`steps`",
                    "steps, or the differential equations themselves (cells `if_curr_exp`)", "continuous"),
                Key(
                    "seed", .integer(least: 0), default: "\(standard.seed)",
                    "what every random number follows from, with its "
                        + "purpose", "7"),
                Key("steps", .integer(least: 1), default: "\(standard.steps)", "length of a run without a task", "500"),
                Key("duration", .time, default: "`steps`", "the same as a time", "2 s"),
            ])
    }

    package static var population: KeyTable {
        KeyTable(
            name: "population", summary: "A group of equal neurons, or of sources. One of `size` and `shape` is given.",
            keys: [
                Key("size", .integer(least: 1), default: "", "number of neurons", "128"),
                Key("shape", .list(.integer(least: 1)), default: "", "neurons on axes, the last runs fastest", "[2, 28, 28]"),
                Key("cell", .variants(cells), default: nil, "what the neurons are", "{lif: {tau_m: 20 ms}}"),
                Key(
                    "units", .choice(Population.Units.allCases.map(\.rawValue)), default: "`physical`",
                    "whether potentials are in mV or have no unit", "normalized"),
                Key(
                    "record", .anyOf([.choice(Recordable.allCases.map(\.rawValue)), .list(.choice(Recordable.allCases.map(\.rawValue)))]),
                    default: "none", "what is kept of a run", "[spikes, v]"),
            ])
    }

    package static var projection: KeyTable {
        KeyTable(
            name: "projection", summary: "A bundle of synapses between two populations.",
            keys: [
                Key("pre", .name, default: nil, "population that sends", "image"),
                Key("post", .name, default: nil, "population that receives", "hidden"),
                Key("connector", .variants(connectors), default: nil, "which neurons are connected", "{fixed_probability: {p: 0.1}}"),
                Key(
                    "weight", .values(unit: "mV, nA or none, as the cell"), default: "1 for poolings, else required", "weights",
                    "{normal: {sigma: 0.1}}"),
                Key(
                    "delay", .values(unit: "ms"), default: "one step; none in continuous time",
                    "delays, in whole steps, at least one, in continuous time from 0 on", "2 ms"),
                Key("receptor", .choice(Receptor.allCases.map(\.rawValue)), default: "`by_sign`", "the current that is fed", "inhibitory"),
                Key("name", .name, default: "`pre->post`", "unique", "feedback"),
                Key("trainable", .flag, default: "true; false for poolings", "whether learning may change the weights", "false"),
            ])
    }

    package static var readout: KeyTable {
        KeyTable(
            name: "readout", summary: "The class of a sample is the neuron with the largest score, the first of equal ones.",
            keys: [
                Key("population", .name, default: nil, "one neuron for each class", "digit"),
                Key(
                    "decode", .choice(Readout.Decode.allCases.map(\.rawValue)), default: "`spike_count`", "what the score is",
                    "max_membrane"),
                Key("skip", .time, default: "0 ms", "time at the start of a sample that does not count", "5 ms"),
            ])
    }

    package static var learning: KeyTable {
        KeyTable(
            name: "learning", summary: "The rule's own options stand beside its name; see `spikewright rules`.",
            keys: [Key("rule", .text, default: nil, "name of the rule", "bptt")], isOpen: true)
    }

    package static var fidelity: KeyTable {
        let standard = FidelitySpecification()
        return KeyTable(
            name: "fidelity", summary: "What `verify` asks of the lowered form.",
            keys: [
                Key(
                    "metric", .choice(FidelitySpecification.Metric.allCases.map(\.rawValue)), default: "`\(standard.metric.rawValue)`",
                    "what is measured", "accuracy"),
                Key("max_drop", .fraction, default: "\(text(standard.maximumDrop))", "largest accepted loss", "1 %"),
                Key(
                    "samples", .anyOf([.integer(least: 1), .choice(["all"])]), default: "`all`", "how many test samples are run", "200"),
            ])
    }
}
