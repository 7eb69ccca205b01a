import Diagnostics
import Foundation
import Lowering
import Networks
import Numerics
import Passes
import Simulation
public import Storage
import Targets

/// The project's own benchmarks. Each returns an object of stable keys; `seconds` are wall time.
public enum Bench: String, CaseIterable, Sendable {
    /// The whole way to an artifact.
    case compile
    case partition, place, route
    /// Steps of an emulator that booted from the artifact.
    case emulator
    /// Steps of the reference engine.
    case reference

    /// What is run: a dense network of these layers.
    public struct Options: Sendable {
        public var layers = [784, 512, 512, 10]
        /// A description or the name of a shipped model, which `compile`, `emulator` and `reference` run instead; an emulator shows its
        /// first test sample where it has a task.
        public var model: String?
        /// A file of the format coregraph/1 that `place` and `route` map instead of a network.
        public var coreGraph: String?
        public var target: Target = .loihi1
        public var steps = 1000
        /// Spikes per input and step.
        public var rate = 0.05
        public var threads = 1
        /// Of a model its own, else 1, unless given.
        public var seed: UInt64?

        public init() {}
    }

    public func run(_ options: Options = Options()) throws -> JSONObject {
        if let file = options.coreGraph { return try map(file, options) }
        let model = try options.model.map { try Model(at: $0, seed: options.seed) }
        let network = try model?.network ?? Self.network(options)
        let chip = try options.target.chip()
        var lowering = LoweringOptions()
        lowering.threads = options.threads
        let instance = model?.network.name ?? options.layers.map(String.init).joined(separator: "-")
        switch self {
        case .compile: return try compile(network, options, lowering, instance)
        case .emulator: return try emulator(network, try stimulus(of: model, options), options, lowering, instance)
        case .reference: return try reference(network, try stimulus(of: model, options), options, instance)
        case .partition, .place, .route:
            let benchmark = MappingBenchmark(instance: instance)
            let (graph, partition) = try benchmark.partition(try lowering.quantization(to: chip).run(network))
            if self == .partition { return partition }
            let (placed, place) = try benchmark.place(graph)
            return self == .place ? place : try benchmark.route(placed).1
        }
    }

    /// Weights and constants of the peers' runs (references: Lava nets with weights round(normal(1.5, 24)), du 1024, dv 200, vth 400):
    /// a current that loses 1024/4096 of itself in a step, a membrane that loses 200/4096, a threshold of 400 units of weight.
    private static func network(_ options: Options) throws(DiagnosticsError) -> Network {
        guard options.layers.count >= 2, options.layers.allSatisfy({ (1...1_000_000).contains($0) }) else {
            throw DiagnosticsError(
                Diagnostic(
                    "bench-layers", "layers \(options.layers) are not a network", help: "give two sizes or more, such as 784,512,512,10"))
        }
        var network = Network(name: "bench", seed: options.seed ?? 1)
        var model = NeuronModel(.leaky)
        model[.tauM] = .uniform(-1 / log(1 - 200.0 / 4096))
        model[.tauSyn] = .uniform(-1 / log(1 - 1024.0 / 4096))
        model[.vThresh] = .uniform(400)
        for (index, size) in options.layers.enumerated() {
            let cell: Cell = index == 0 ? .input : .neuron(model)
            network.populations.append(Population("layer\(index)", shape: [size], cell: cell, units: .normalized))
            guard index > 0 else { continue }
            network.projections.append(
                Projection(
                    "layer\(index - 1)->layer\(index)", from: ID(index - 1), to: ID(index), .allToAll(allowSelf: true),
                    weight: .drawn(.normalClippedToBoundary(mean: 1.5, sigma: 24, low: -254, high: 254))))
        }
        return network
    }

    /// A core graph on the target, when that is a hexagonal torus, else on the smallest machine of SpiNN-5 boards. As in the recorded runs
    /// of other tools, only core 0 of a chip is kept for the system.
    private func map(_ file: String, _ options: Options) throws -> JSONObject {
        guard self == .place || self == .route else {
            throw DiagnosticsError(
                Diagnostic(
                    "bench-core-graph", "'bench \(rawValue)' takes no core graph", help: "map one with 'bench place' or 'bench route'"))
        }
        let graph = try CoreGraphFile(file)
        let chip = try options.target.chip()
        guard case .hexagonalTorus(var torus) = chip.topology else {
            return try CoreGraphMapping(graph, on: .boards(holding: graph.coreCount)).json
        }
        (torus.monitors, torus.gatherers) = (1, 0)
        return try CoreGraphMapping(graph, on: torus, faults: chip.faults).json
    }

    private func stimulus(of model: Model?, _ options: Options) throws(DiagnosticsError) -> Stimulus {
        if let model { return try sampleStimulus(model, steps: options.steps, SimulationOptions()).0 }
        let random = Philox(seed: options.seed ?? 1, purpose: "bench/input")
        var offsets: [Int32] = [0]
        var neurons: [Int32] = []
        for step in 0..<options.steps {
            for neuron in 0..<options.layers[0] where random.uniform(step * options.layers[0] + neuron) < options.rate {
                neurons.append(Int32(neuron))
            }
            offsets.append(Int32(neurons.count))
        }
        return Stimulus([("layer0", Stimulus.Events(offsets: offsets, neurons: neurons))])
    }

    private func compile(_ network: Network, _ options: Options, _ lowering: LoweringOptions, _ instance: String) throws -> JSONObject {
        let directory = FileManager.default.temporaryDirectory.appending(path: "spikewright-bench-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let started = ContinuousClock.now
        var last = started
        var passes: [(String, JSONValue)] = []
        let result = try Spikewright.compile(from: .network(network), for: options.target, at: directory, options: lowering) { pass, _ in
            passes.append((pass, .number((ContinuousClock.now - last) / .seconds(1))))
            last = ContinuousClock.now
        }
        passes.append(("writing", .number((ContinuousClock.now - last) / .seconds(1))))
        return JSONObject([
            ("instance", .string(instance)), ("target", .string(options.target.name)), ("cores", .integer(result.graph.cores.count)),
            ("bytes", .integer(result.report.files.reduce(0) { $0 + $1.bytes })), ("passes", .object(JSONObject(passes))),
            ("seconds", .number((ContinuousClock.now - started) / .seconds(1))),
        ])
    }

    private func emulator(_ network: Network, _ stimulus: Stimulus, _ options: Options, _ lowering: LoweringOptions, _ instance: String)
        throws -> JSONObject
    {
        let directory = FileManager.default.temporaryDirectory.appending(path: "spikewright-bench-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try Spikewright.compile(from: .network(network), for: options.target, at: directory, options: lowering)
        var emulator = try bootArtifact(directory, threads: options.threads)
        let times = try timed(&emulator, stimulus, options)
        let statistics = emulator.statistics
        var members: [(String, JSONValue)] = [
            ("instance", .string(instance)), ("target", .string(options.target.name)), ("steps", .integer(options.steps)),
            ("threads", .integer(options.threads)), ("ms_per_step", .number(times.median)),
            ("ms_per_step_fastest", .number(times.fastest)),
            // How many times faster than the chip at its own speed.
            ("real_time_factor", .number(network.timestep / times.median)),
            ("synaptic_operations_per_step", .number(Double(statistics.synapticOperations) / Double(max(statistics.steps, 1)))),
            ("spikes_per_step", .number(Double(statistics.spikes) / Double(max(statistics.steps, 1)))),
        ]
        if options.model == nil {
            members.append(("input_rate", .number(options.rate)))
            // Recorded on a 2-core machine, noisy (references/loihi.md, section 5); they cannot be installed beside this Python.
            members.append(
                ("recorded_peers_ms_per_step", .object(JSONObject([("lava_fixed_point", .number(1.4)), ("nengo_loihi", .number(20.6))]))))
        }
        members.append(("seconds", .number(times.total)))
        return JSONObject(members)
    }

    private func reference(_ network: Network, _ stimulus: Stimulus, _ options: Options, _ instance: String) throws -> JSONObject {
        var engine = try ReferenceEngine<Float>(network, threads: options.threads)
        let times = try timed(&engine, stimulus, options)
        return JSONObject([
            ("instance", .string(instance)), ("steps", .integer(options.steps)), ("input_rate", .number(options.rate)),
            ("threads", .integer(engine.threads)), ("synapses", .integer(engine.synapseCount)), ("ms_per_step", .number(times.median)),
            ("ms_per_step_fastest", .number(times.fastest)), ("seconds", .number(times.total)),
        ])
    }

    /// Milliseconds per step: the median and the fastest of five runs behind one that warms up.
    private func timed(_ engine: inout some Engine, _ stimulus: Stimulus, _ options: Options) throws -> (
        median: Double, fastest: Double, total: Double
    ) {
        var times: [Double] = []
        let started = ContinuousClock.now
        for round in 0..<6 {
            engine.reset()
            let start = ContinuousClock.now
            _ = try engine.run(stimulus, steps: options.steps, record: RecordingRequest())
            if round > 0 { times.append((ContinuousClock.now - start) / .milliseconds(1) / Double(max(options.steps, 1))) }
        }
        times.sort()
        return (times[times.count / 2], times[0], (ContinuousClock.now - started) / .seconds(1))
    }
}
