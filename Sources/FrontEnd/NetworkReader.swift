import Diagnostics
import Networks
import Numerics
import YAML

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Makes a `Network` of a YAML tree and gathers the faults on the way; one value reads one file.
///
/// What a population turns out to be is kept in `drafts`, also when parts of it are at fault, so that one fault is reported once.
struct NetworkReader {
    /// Where files are that the description names.
    let folder: String
    var collector = DiagnosticCollector()
    /// In ms.
    var timestep = 1.0
    var time = TimeBase.steps
    var seed: UInt64 = 42
    var drafts: [PopulationDraft] = []
    /// Places in `drafts` by name.
    var draftIndex: [String: Int] = [:]
    /// How many names of populations were not found: the nearest is only looked for at the first.
    var unknownNames = 0
    /// Numbers given for synapses that are drawn; their count is known when the network is.
    var countedLater: [(projection: String, name: String, count: Int, place: SourceRange?)] = []
    /// Whether a rounded delay was told of; more would say the same.
    var warnedOfDelays = false

    /// The version of the format that this reader knows.
    static let formatVersion = 1
    /// Neurons have 32-bit indices within their population.
    static let largestPopulation = Int(Int32.max)
    /// Steps of a run or of a sample.
    static let largestStepCount = Int(Int32.max)
    /// Delays in steps: rings of pending events grow with the longest.
    static let longestDelay = 65_535
    /// Numbers that a tensor may hold.
    static let largestTensor = 1 << 28
    /// Synapses that a user may list, one by one.
    static let longestList = 1 << 24
    /// Trains, and times in all, that a spike source may hold.
    static let largestSpikeSource = 1 << 22

    /// Whether values from training take the place of the rules.
    let usesTrained: Bool
    /// What the key `trained` names for targets of their own.
    var targetWeights: [TargetWeights] = []

    init(folder: String, usesTrained: Bool = true) {
        self.folder = folder
        self.usesTrained = usesTrained
    }

    /// What is known of a population while the file is read; nil where a fault was reported.
    struct PopulationDraft {
        var name: String
        var shape: [Int]?
        var cell: Cell?
        var units: Population.Units
        var place: SourceRange?

        var size: Int? { shape.map { $0.reduce(1, *) } }
        var owner: String { "population '\(name)'" }
    }

    /// All diagnostics so far in the order of the file.
    var sortedDiagnostics: [Diagnostic] {
        func position(_ diagnostic: Diagnostic) -> SourceRange.Position {
            diagnostic.place?.start ?? SourceRange.Position(line: .max, column: 0)
        }
        return collector.diagnostics.enumerated().sorted { left, right in
            let (a, b) = (position(left.element), position(right.element))
            return a == b ? left.offset < right.offset : a < b
        }.map(\.element)
    }

    mutating func network(_ node: Node) throws(DiagnosticsError) -> Network {
        try checkFormat(node)
        var reader = MappingReader(node, of: "the network")
        reader.knows("spikewright")
        let name = reader.required("network", .name)
        if let name, let node = node["network"] { checkName(name, of: "the network", at: node.place) }
        var network = Network(name: name ?? "")
        readSetup(reader.optional("setup"), into: &network)
        let task = reader.optional("task")
        readPopulations(reader.required("populations"), into: &network)
        if let projections = reader.optional("projections") { readProjections(projections, into: &network) }
        if let task { network.task = readTask(task) }
        if let readout = reader.optional("readout") { network.readout = readReadout(readout, task: network.task) }
        if let learning = reader.optional("learning") { network.learning = readLearning(learning) }
        if let fidelity = reader.optional("fidelity") { network.fidelity = readFidelity(fidelity) }
        if let published = reader.optional("published") {
            network.published = reader.read(published, as: "published", .list(of: .text)) ?? []
        }
        checkDrawnCounts(network)
        readTrained(reader.optional("trained"), into: &network)
        checkParts(task: task, readout: reader.optional("readout"), learning: reader.optional("learning"), node)
        reader.finish(into: &collector)
        if collector.hasErrors { throw DiagnosticsError(sortedDiagnostics) }
        return network
    }

    /// Refuses files that are something else before anything in them is found fault with.
    private mutating func checkFormat(_ node: Node) throws(DiagnosticsError) {
        if node.mapping == nil {
            var reader = MappingReader(node, of: "the network")
            try reader.finish()
        }
        if node["network"] == nil, let chip = node.mapping?.first(where: { $0.key == "chip" }) {
            throw DiagnosticsError(
                Diagnostic(
                    .isChip, "this file describes a chip, not a network", at: chip.keyPlace,
                    help: "name a network file here, and the chip with '--target'"))
        }
        guard let version = node["spikewright"] else {
            throw DiagnosticsError(
                Diagnostic(
                    .formatMissing, "the file does not say which format it has", at: node.mapping?.first?.keyPlace ?? node.place,
                    help: "begin it with 'spikewright: \(Self.formatVersion)'"))
        }
        guard (try? version.asInteger()) == Self.formatVersion else {
            throw DiagnosticsError(
                Diagnostic(
                    .formatVersion, "the format is \(version.summary), but this Spikewright reads format \(Self.formatVersion)",
                    at: version.place,
                    help: "write 'spikewright: \(Self.formatVersion)', or use the version of Spikewright that the file was written for"))
        }
    }

    private mutating func readSetup(_ node: Node?, into network: inout Network) {
        guard let node else { return }
        var reader = MappingReader(node, of: "the setup")
        timestep = reader.value("timestep", .quantity(in: "ms", atLeast: 1e-6, atMost: 1e6), default: network.timestep)
        network.timestep = timestep
        time = reader.value("time", .choice(of: TimeBase.self), default: .steps)
        network.time = time
        if let value = reader.optional("seed") {
            if let text = value.scalar?.text, let number = UInt64(text) {
                network.seed = number
            } else {
                reader.report(
                    Diagnostic(
                        .badSeed, "'seed' of the setup must be a whole number from 0 to \(UInt64.max), is \(value.summary)",
                        at: value.place,
                        help: "write for instance 'seed: 42'"))
            }
            seed = network.seed
        }
        let steps = reader.optional("steps")
        if let steps {
            network.steps = reader.read(steps, as: "steps", .integer(atLeast: 1, atMost: Self.largestStepCount)) ?? network.steps
        }
        if let duration = reader.optional("duration") {
            if steps != nil {
                reader.report(
                    Diagnostic(
                        .durationTwice, "the setup states both 'steps' and 'duration'", at: duration.place,
                        help: "keep one of them: a duration is a number of steps times the timestep of \(text(timestep)) ms"))
            }
            network.steps = self.steps(duration, "'duration' of the setup", atLeast: 1) ?? network.steps
        }
        reader.finish(into: &collector)
    }

    /// Faults between the parts of the file.
    private mutating func checkParts(task: Node?, readout: Node?, learning: Node?, _ node: Node) {
        func place(_ key: String) -> SourceRange? { node.mapping?.first { $0.key == key }?.keyPlace }
        if task != nil, readout == nil {
            collector.report(
                Diagnostic(
                    .noReadout, "the network has a task but no readout, so its answers cannot be read", at: place("task"),
                    help: "add 'readout: {population: …, decode: spike_count}'"))
        }
        if learning != nil, task == nil {
            collector.report(
                Diagnostic(
                    .noTask, "the network has a learning rule but no task to learn", at: place("learning"),
                    help: "add 'task: {data: …, encode: …}', or remove 'learning'"))
        }
    }
}

extension NetworkReader {
    /// Names stand in file names, in HDF5 paths and in drawings: letters, digits, `_`, `-`, `.`, at most 64 of them.
    mutating func checkName(_ name: String, of owner: String, at place: SourceRange?) {
        let fault: String?
        if name.unicodeScalars.count > 64 {
            fault = "has \(name.unicodeScalars.count) characters, more than 64"
        } else if let bad = name.unicodeScalars.first(where: { !Self.isAllowed($0) }) {
            fault = bad == " " ? "contains a space" : "contains '\(bad)'"
        } else if let first = name.unicodeScalars.first, first == "-" || first == "." {
            fault = "begins with '\(first)'"
        } else {
            fault = name.isEmpty ? "is empty" : nil
        }
        guard let fault else { return }
        collector.report(
            Diagnostic(
                .badName, "the name of \(owner) \(fault)", at: place, help: "use letters, digits, '_', '-' and '.', such as 'hidden_1'"))
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "_" || scalar == "-" || scalar == "." || ("0"..."9").contains(scalar) || scalar.properties.isAlphabetic
    }

    /// A time as a whole number of steps: with the unit `steps`, or in ms; what is no multiple of the timestep is rounded with a
    /// warning.
    mutating func steps(_ node: Node, _ name: String, atLeast least: Int) -> Int? {
        guard let exact = stepsUnrounded(node, name) else { return nil }
        let rounded = exact.rounded()
        guard rounded <= Double(Self.largestStepCount) else {
            collector.report(
                Diagnostic(
                    .durationTooLong, "\(name) is \(text(rounded)) steps of \(text(timestep)) ms, more than \(Self.largestStepCount)",
                    at: node.place, help: "shorten it to at most \(text(tidy(Double(Self.largestStepCount) * timestep))) ms"))
            return nil
        }
        guard rounded >= Double(least) else {
            let bound =
                least == 0
                ? "must not be negative" : "must be at least \(least == 1 ? "one step" : "\(least) steps") of \(text(timestep)) ms"
            collector.report(
                Diagnostic(
                    .parameterRange, "\(name) \(bound), is \(node.summary)", at: node.place,
                    help: "write at least \(text(tidy(Double(least) * timestep))) ms"))
            return nil
        }
        if abs(exact - rounded) > 1e-6 {
            collector.report(
                Diagnostic(
                    .durationRounded, "\(name) is \(text(tidy(exact))) steps of \(text(timestep)) ms and is rounded to \(Int(rounded))",
                    at: node.place,
                    help: "write \(text(tidy(rounded * timestep))) ms, or choose a timestep that divides it", severity: .warning))
        }
        return Int(rounded)
    }

    /// A time in steps, not rounded.
    mutating func stepsUnrounded(_ node: Node, _ name: String) -> Double? {
        number(node, name, in: .steps(timestep))
    }

    /// What `body` makes, or nil after reporting what it throws.
    mutating func attempt<Value>(_ body: () throws(DiagnosticsError) -> Value) -> Value? {
        do throws(DiagnosticsError) { return try body() } catch {
            collector.report(error)
            return nil
        }
    }
}

/// A number as people write it: no `.0`, the shortest digits that tell it from its neighbours.
func text(_ value: Double) -> String {
    let text = value.description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}

/// A product of decimal fractions without the dust of rounding: 12 significant digits.
func tidy(_ value: Double) -> Double {
    guard value != 0, value.isFinite else { return value }
    let scale = pow(10, 11 - log10(abs(value)).rounded(.down))
    let rounded = (value * scale).rounded() / scale
    return rounded.isFinite ? rounded : value
}

/// `[1, 8, 8]`.
func text(_ shape: [Int]) -> String { "[" + shape.map(String.init).joined(separator: ", ") + "]" }

/// Whether two times in ms or numbers of steps are equal up to the rounding of decimal fractions.
func isWhole(_ value: Double) -> Bool { abs(value - value.rounded()) <= 1e-6 }
