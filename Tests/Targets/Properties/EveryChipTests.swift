import Chips
import Diagnostics
import Foundation
import FrontEnd
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
    @Test(arguments: PropertyChips.names)
    func `nothing is lost and nothing is added on the way to the emulator`(_ name: String) throws {
        let chip = try PropertyChips.chip(name)
        var spikes = 0
        for seed in PropertyChips.seeds(chip) {
            let outcome = try EmulatorComparison(Network.random(seed, for: chip), on: chip, steps: 24, seed: seed)
            #expect(outcome.differences.isEmpty, "seed \(seed): \(outcome.differences)")
            spikes += outcome.spikes
        }
        #expect(spikes > 50, "silent networks show nothing")
    }

    /// Scales so large that currents and membranes leave their bits all the time.
    @Test(arguments: PropertyChips.names.filter { $0 != "loihi2x1152" })
    func `states overflow as the chip says`(_ name: String) throws {
        let chip = try PropertyChips.chip(name)
        var overflows = 0
        for seed in 100..<103 {
            var options = LoweringOptions()
            options.headroom = 1.01
            var network = Network.random(seed, for: chip)
            for id in network.projections.ids { network.projections[id].weight = network.projections[id].weight.scaled(by: 40) }
            let outcome = try EmulatorComparison(network, on: chip, options, steps: 24, seed: seed)
            #expect(outcome.differences.isEmpty, "seed \(seed): \(outcome.differences)")
            overflows += outcome.statistics.overflows
        }
        if Self.canOverflow(chip) { #expect(overflows > 20, "hardly a state left its bits") }
    }

    /// Whether a few of the largest weights fill a state.
    private static func canOverflow(_ chip: Chip) -> Bool {
        guard case .integerCurrent(let arithmetic) = chip.arithmetic else { return false }
        let weight = chip.formats.weight
        return 1 << ((weight.bits.last ?? 0) + weight.shift + weight.exponent.upperBound + 4) > 1 << arithmetic.stateBits
    }

    /// Formats, arithmetic and capacities that nobody described: whatever the kinds allow.
    @Test(arguments: 0..<24)
    func `a chip of random numbers computes what its description says`(_ seed: Int) throws {
        let chip = PropertyChips.random(seed)
        let network = Network.random(seed, for: chip)
        let outcome = try EmulatorComparison(network, on: chip, steps: 20, seed: seed)
        #expect(outcome.differences.isEmpty, "\(printChip(chip))")
    }

    /// A ring buffer of few bits, so that most delays are longer than it.
    @Test(arguments: 0..<6)
    func `delays beyond the ring buffer pass through delay extensions`(_ seed: Int) throws {
        var chip = try PropertyChips.chip("spin3")
        guard case .fixedPoint(var arithmetic) = chip.arithmetic else { return }
        arithmetic.ringBufferBits = 9
        chip.arithmetic = .fixedPoint(arithmetic)
        var options = LoweringOptions()
        options.neuronsPerCore = 20
        let network = Network.random(seed, for: chip)
        let graph = try Pipeline(to: chip, options).run(network)
        let extensions = graph.placed.coreGraph.cores.filter { if case .delayExtension = $0.role { true } else { false } }
        let outcome = try EmulatorComparison(network, on: chip, options, steps: 30, seed: seed)
        #expect(outcome.differences.isEmpty, "\(outcome.differences)")
        #expect(!extensions.isEmpty || seed != 0, "no delay was too long")
    }

    @Test func `packets go around dead links, and the artifact tells the way`() throws {
        let chip = try PropertyChips.chip("board")
        var detours = 0
        for seed in 0..<4 {
            let outcome = try EmulatorComparison(Network.random(seed, for: chip), on: chip, steps: 24, seed: seed)
            for link in outcome.statistics.linkLoads { #expect(!chip.faults.isDead(link.from, link.to)) }
            detours += outcome.detours
        }
        #expect(detours > 0, "no way met a dead link")
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

    private static func files(_ folder: String) throws -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) { files[name] = try ByteFile.readRaw("\(folder)/\(name)") }
        return files
    }

    private static func changed(_ first: [String: [UInt8]], _ second: [String: [UInt8]]) -> [String] {
        Set(first.keys).union(second.keys).filter { first[$0] != second[$0] }.sorted()
    }
}

extension ValueRule {
    fileprivate func scaled(by factor: Double) -> ValueRule {
        switch self {
        case .constant(let value): .constant(value * factor)
        case .drawn(.normal(let mean, let sigma)): .drawn(.normal(mean: mean * factor, sigma: sigma * factor))
        default: self
        }
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
