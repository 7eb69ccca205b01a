import Chips
import Diagnostics
import Lowering
import Networks
import Passes
import Simulation
import Storage
import Support
import Targets
import Testing

/// A network lowered, written, booted and run beside the independent simulation of its integers.
struct EmulatorComparison {
    /// What differs, by population; empty where both agree in every spike and in the last membranes.
    private(set) var differences: [String] = []
    private(set) var spikes = 0
    private(set) var statistics = EmulatorStatistics()
    /// Connections that do not take the straight way.
    private(set) var detours = 0

    init(
        _ network: Network, on chip: Chip, _ options: LoweringOptions = LoweringOptions(), steps: Int, seed: Int
    ) throws {
        // Rate units stay, where the chip has them. The pipeline verifies every stage.
        var options = options
        options.rateConversion = .never
        let graph = try Pipeline(to: chip, options).run(network)
        if case .mesh = chip.topology { differences += CapacityChecker(graph.placed.coreGraph).violations }
        if !chip.faults.deadCores.isDisjoint(with: graph.placed.physicalCores) { differences.append("a dead core is used") }
        if case .mesh(let mesh) = chip.topology {
            detours = graph.connections.count { connection in
                guard let first = connection.path.first, let last = connection.path.last else { return false }
                return connection.path != mesh.straightPath(from: first, to: last)
            }
        }
        let stimulus = network.randomStimulus(steps: steps, seed: seed)
        let quantized = graph.placed.coreGraph.quantized
        func reals(_ run: (spikes: [String: [[Int]]], membranes: [String: [Int]])) -> (
            spikes: [String: [[Int]]], membranes: [String: [Double]]
        ) { (run.spikes, run.membranes.mapValues { $0.map { Double($0) } }) }
        let expected =
            switch chip.arithmetic {
            case .integerCurrent: reals(IntegerSimulation(quantized).run(stimulus, steps: steps))
            case .fixedPoint: reals(FixedPointSimulation(quantized).run(stimulus, steps: steps))
            case .floatingPoint: FloatingPointSimulation(quantized).run(stimulus, steps: steps)
            case .analog: preconditionFailure("no simulation of this arithmetic")
            }
        try withTemporaryDirectory { directory in
            _ = try family(of: chip).write(graph, to: "\(directory)/out", threads: 1)
            var emulator = try bootArtifact("\(directory)/out", threads: 1 + seed % 2)
            let names = Set(emulator.populations)
            let recording = try emulator.run(stimulus, steps: steps, record: RecordingRequest(spikes: names, membranes: names))
            for population in emulator.populations {
                let sent = (recording.spikes[population] ?? []).map { [Int($0.step), Int($0.neuron)] }
                compare(sent, expected.spikes[population] ?? [], population)
                let membranes = try Self.lastMembranes(recording, population, graph)
                let wanted = expected.membranes[population] ?? []
                // Recorded in the model's unit: what single precision holds comes back with an error of its last bit.
                let isSame = membranes.count == wanted.count && zip(membranes, wanted).allSatisfy { abs($0 - $1) <= 1e-6 * abs($1) + 1e-9 }
                if !isSame { differences.append("\(population): membranes differ") }
                spikes += sent.count
            }
            statistics = emulator.statistics
        }
    }

    private mutating func compare(_ spikes: [[Int]], _ wanted: [[Int]], _ population: String) {
        if spikes == wanted { return }
        let (missing, spurious) = (Set(wanted).subtracting(spikes), Set(spikes).subtracting(wanted))
        let first = missing.union(spurious).min { $0.lexicographicallyPrecedes($1) } ?? []
        differences.append("\(population): \(missing.count) of \(wanted.count) missing, \(spurious.count) spurious, the first at \(first)")
    }

    /// The integer membranes that the last recorded potentials stand for.
    private static func lastMembranes(_ recording: Recording, _ name: String, _ graph: RoutedGraph) throws -> [Double] {
        let id = try #require(graph.network.population(named: name))
        let neurons = try #require(graph.placed.coreGraph.quantized.neurons(of: id))
        let rest = try #require(graph.network.dynamics(of: id)).rest
        let last = try #require(recording.membranes[name]).suffix(neurons.count)
        if neurons.floatingPoint != nil { return zip(last, rest).map { ($0 - $1) * neurons.scale } }
        let origin = try #require(neurons.compartments?.origin ?? neurons.fixedPoint?.origin)
        return zip(last, zip(origin, rest)).map { (($0 - ($1.0 + $1.1)) * neurons.scale).rounded() }
    }
}
