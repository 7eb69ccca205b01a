import Chips
import Diagnostics
import Foundation
import Lowering
import Networks
import Passes
import Simulation
import Spikewright
import Storage
import Support
import Targets
import Testing

/// What holds for every chip and every pass, over random networks.
@Suite struct EveryChipTests {
    private static let steps = 24

    @Test(arguments: PropertyChips.names)
    func `nothing is lost and nothing is added on the way to the emulator`(_ name: String) throws {
        let chip = try PropertyChips.chip(name)
        var total = 0
        for seed in PropertyChips.seeds(chip) {
            let network = Network.random(seed, for: chip)
            // The pipeline verifies every stage.
            let graph = try Pipeline(to: chip).run(network)
            #expect(chip.faults.deadCores.isDisjoint(with: graph.placed.physicalCores))
            let stimulus = network.randomStimulus(steps: Self.steps, seed: seed)
            let expected = IntegerSimulation(graph.placed.coreGraph.quantized).run(stimulus, steps: Self.steps)
            try withTemporaryDirectory { directory in
                _ = try family(of: chip).write(graph, to: "\(directory)/out", threads: 1)
                var emulator = try bootArtifact("\(directory)/out", threads: 1 + seed % 2)
                let names = Set(emulator.populations)
                let recording = try emulator.run(
                    stimulus, steps: Self.steps, record: RecordingRequest(spikes: names, membranes: names))
                for population in emulator.populations {
                    let spikes = (recording.spikes[population] ?? []).map { [Int($0.step), Int($0.neuron)] }
                    let wanted = expected.spikes[population] ?? []
                    #expect(spikes == wanted, "seed \(seed), \(population): \(Self.difference(spikes, wanted))")
                    total += spikes.count
                    #expect(
                        try Self.lastMembranes(recording, population, graph) == expected.membranes[population],
                        "seed \(seed), \(population)")
                }
            }
        }
        #expect(total > 50, "silent networks show nothing")
    }

    @Test(arguments: PropertyChips.names)
    func `artifacts are the same bytes for any number of threads, twice, and from every stage`(_ name: String) throws {
        let chip = try PropertyChips.chip(name)
        let network = Network.random(7, for: chip)
        try withTemporaryDirectory { directory in
            var stages: [(pass: String, stage: Stage)] = []
            var options = LoweringOptions()
            let target = Target(name)  // not asked for: every stage but the first holds its chip
            let quantized = try options.quantization(to: chip).run(network)
            func compile(_ stage: Stage, _ folder: String, keeping: Bool = false) throws -> [String: [UInt8]] {
                try Spikewright.compile(from: stage, for: target, at: "\(directory)/\(folder)", options: options) { pass, stage in
                    if keeping { stages.append((pass, stage)) }
                }
                return try Self.files("\(directory)/\(folder)")
            }
            let first = try compile(.quantized(quantized), "first", keeping: true)
            #expect(first.keys.contains("manifest.json") && first.count >= 4)
            #expect(stages.map(\.pass) == allPasses.dropFirst().map(\.name))
            options.threads = 2
            let second = try compile(.quantized(try options.quantization(to: chip).run(network)), "second")
            #expect(first == second, "\(Self.changed(first, second))")

            stages.insert((allPasses[0].name, .quantized(quantized)), at: 0)
            for (pass, stage) in stages {
                let text = try stage.text()
                try ByteFile.write(text, to: "\(directory)/\(pass).yaml")
                let back = try Stage(at: "\(directory)/\(pass).yaml")
                #expect(try back.text() == text, "\(pass)")
                #expect(back.with(stage) == stage, "what is read after \(pass) is another stage")
                let again = try compile(back, "from-\(pass)")
                #expect(again == first, "from \(pass): \(Self.changed(first, again))")
            }
        }
    }

    private static func difference(_ spikes: [[Int]], _ wanted: [[Int]]) -> String {
        let (missing, spurious) = (Set(wanted).subtracting(spikes), Set(spikes).subtracting(wanted))
        let first = (missing.union(spurious)).min { $0.lexicographicallyPrecedes($1) }
        return "\(missing.count) of \(wanted.count) missing, \(spurious.count) spurious, the first at \(first ?? [])"
    }

    /// The integer membranes that the last recorded potentials stand for.
    private static func lastMembranes(_ recording: Recording, _ name: String, _ graph: RoutedGraph) throws -> [Int] {
        let id = try #require(graph.network.population(named: name))
        let registers = try #require(graph.placed.coreGraph.quantized.neurons(of: id))
        let rest = try #require(graph.network.dynamics(of: id)).rest
        let last = try #require(recording.membranes[name]).suffix(registers.count)
        return zip(last, zip(registers.origin, rest)).map { Int((($0 - ($1.0 + $1.1)) * registers.scale).rounded()) }
    }

    private static func files(_ folder: String) throws -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) { files[name] = try ByteFile.readRaw("\(folder)/\(name)") }
        return files
    }

    private static func changed(_ first: [String: [UInt8]], _ second: [String: [UInt8]]) -> [String] {
        Set(first.keys).union(second.keys).filter { first[$0] != second[$0] }.sorted()
    }
}

extension Stage {
    /// The same stage over another's network and chip, whose places in files are not part of what is printed.
    fileprivate func with(_ other: Stage) -> Stage {
        guard let chip = other.quantized?.chip else { return .network(other.network) }
        func replaced(_ stage: QuantizedNetwork) -> QuantizedNetwork {
            var stage = stage
            (stage.network, stage.chip) = (other.network, chip)
            return stage
        }
        switch self {
        case .network: return .network(other.network)
        case .quantized(let stage): return .quantized(replaced(stage))
        case .partitioned(var stage):
            stage.quantized = replaced(stage.quantized)
            return .partitioned(stage)
        case .placed(var stage):
            stage.coreGraph.quantized = replaced(stage.coreGraph.quantized)
            return .placed(stage)
        case .routed(var stage):
            stage.placed.coreGraph.quantized = replaced(stage.placed.coreGraph.quantized)
            return .routed(stage)
        }
    }
}
