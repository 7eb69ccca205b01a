public import Diagnostics
public import Lowering
import Networks
public import Passes
public import Storage
public import Targets

/// Lowers a model to a target, pass by pass, and writes the artifact; with the weights that were trained on this very target, where the
/// model has such.
///
/// The artifact appears at `directory` in one step, whole, or not at all.
/// - Throws: `DiagnosticsError` for a network that the chip cannot hold and for bad input, `VerificationFailure` for a bug in a pass.
@discardableResult
public func compile(
    _ model: Model, for target: Target, at directory: String, options: LoweringOptions = LoweringOptions()
) throws -> Compilation {
    let model = try model.fitted(to: target)
    return try compile(from: .network(model.network), for: target, at: directory, options: options.withSamples(of: model, for: target))
}

/// The same from any stage on; a stage that holds a chip already keeps it.
/// - Parameter observe: called with the name of each pass and the stage that it made.
@discardableResult
public func compile(
    from stage: Stage, for target: Target, at directory: String, options: LoweringOptions = LoweringOptions(),
    observe: (String, Stage) throws -> Void = { _, _ in }
) throws -> Compilation {
    let chip = try stage.quantized?.chip ?? target.chip()
    let writer = try family(of: chip)
    try writer.check(chip)
    let graph = try Pipeline(to: chip, options).run(from: stage, observe: observe)
    let report = try writer.write(graph, to: directory, threads: options.threads)
    return Compilation(graph: graph, report: report)
}

/// Lowers a model to a target without writing anything.
public func lower(_ model: Model, to target: Target, options: LoweringOptions = LoweringOptions()) throws -> RoutedGraph {
    let chip = try target.chip()
    try family(of: chip).check(chip)
    return try Pipeline(to: chip, options.withSamples(of: model, for: target)).run(model.fitted(to: target).network)
}

extension LoweringOptions {
    /// With the training samples of a model, where a pass that changes the network needs them.
    /// - Parameter folders: where data sets are looked for, before the usual places.
    public func withSamples(of model: Model, for target: Target, in folders: [String] = []) throws(DiagnosticsError) -> LoweringOptions {
        guard samples == nil, try changes(model.network, for: target.chip()) else { return self }
        var options = self
        options.samples = try model.data(in: folders)?.train
        return options
    }
}

/// A network that was compiled.
public struct Compilation: Sendable {
    public var graph: RoutedGraph
    public var report: ArtifactReport

    public var text: String {
        let size = report.files.reduce(0) { $0 + $1.bytes }
        var text = PlacementSummary(graph).text
        text += "artifact: \(report.files.count) files, \(size) bytes\n"
        for note in notes { text += "note: \(note)\n" }
        return text
    }

    /// What a user should know.
    public var notes: [String] { report.notes + delayNotes + zeroNotes }

    /// Delays that the chip cannot hold, by projection.
    private var delayNotes: [String] {
        let quantized = graph.quantized
        return quantized.network.projections.ids.compactMap { id in
            let count = quantized.synapses(of: id).error.delaysClipped
            guard count > 0 else { return nil }
            let longest = quantized.chip.formats.delay.upperBound + quantized.synapses(of: id).delayOffset
            return
                "\(count) delays of '\(quantized.network.projections[id].name)' were cut to the \(longest) steps that '\(quantized.chip.name)' holds"
        }
    }

    /// Weights that became 0 because larger ones share their ring buffer's shift, by projection.
    private var zeroNotes: [String] {
        let quantized = graph.quantized
        guard quantized.chip.formats.weight.scope == .receptor else { return [] }
        return quantized.network.projections.ids.compactMap { id in
            let (synapses, error) = (quantized.synapses(of: id), quantized.synapses(of: id).error)
            guard error.zeroed > 0 else { return nil }
            if case .analog = quantized.chip.arithmetic {
                return
                    "\(error.zeroed) of \(error.synapses) weights of '\(quantized.network.projections[id].name)' became 0: all into one population share a scale of \(synapses.bits) bits"
            }
            return
                "\(error.zeroed) of \(error.synapses) weights of '\(quantized.network.projections[id].name)' became 0 at a shift of \(synapses.exponent); --ring-buffer-shift sets another"
        }
    }

    public var json: JSONValue {
        let files = report.files.map { JSONValue.object(JSONObject([("name", .string($0.name)), ("bytes", .integer($0.bytes))])) }
        return .object(
            JSONObject([
                ("placement", PlacementSummary(graph).json), ("files", .array(files)), ("notes", .array(notes.map { .string($0) })),
                ("weights", .array(WeightLoss.all(in: graph.quantized).map(\.json))),
            ]))
    }
}
