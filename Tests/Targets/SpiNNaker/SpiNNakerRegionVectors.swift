import Chips
import Lowering
import Networks
import Numerics
import Passes
import Targets
import Testing

/// The SDRAM images of the networks of golden/spinnaker/regions, region by region, against what sPyNNaker 7.4.1 wrote.
///
/// Not equal, and why: words 7 and 8 of CONFIGURATION (the size of the send buffer follows from the memory planning of the whole machine);
/// the order of synapses within a row where the target population has several cores (sPyNNaker sorts with an unstable sort); of the case
/// whose neurons and synapses are on two cores, what only such cores have (`System`, `SDRAM Params`, `Key Config`), for Spikewright keeps
/// both on one.
@Suite struct SpiNNakerRegionVectors {
    @Test func vectorsArePresent() { #expect(SpiNNakerRegionCase.all.count >= 1) }

    @Test(arguments: SpiNNakerRegionCase.all)
    func `regions are the recorded bytes`(_ recorded: SpiNNakerRegionCase) throws {
        let graph = try recorded.routed(.expected)
        let cores = try #require(SpiNNakerCores(graph, threads: 1))
        var compared = 0
        for region in recorded.regions {
            guard let (number, core) = try Self.place(of: region, in: recorded, graph) else { continue }
            let memory = cores.memory(of: core)
            let written = try #require(memory.region(number), "core \(region.core) has no region for '\(region.label)'")
            #expect(written.reservedBytes == region.reserved, "'\(region.label)' of core \(region.core) reserves \(written.reservedBytes)")
            var (ours, theirs) = (written.words, region.words)
            if region.label == "CONFIGURATION", ours.count > 8, theirs.count > 8 {
                for word in 7...8 { (ours[word], theirs[word]) = (0, 0) }
            }
            if region.label == "SDRAM Params" { continue }
            if region.label == "SynBlocks", recorded.neuronVertices.count > 1 {
                let most = try Self.rowLengths(graph)
                (ours, theirs) = (Self.sorted(ours, most), Self.sorted(theirs, most))
            }
            #expect(ours == theirs, "'\(region.label)' of core \(region.core): \(Self.difference(ours, theirs))")
            compared += 1
        }
        #expect(compared >= 6)
    }

    @Test(arguments: SpiNNakerRegionCase.all)
    func `shifts are those of sPyNNaker by either rule`(_ recorded: SpiNNakerRegionCase) throws {
        let shifts = try #require(recorded.regions.first { $0.label == "SynapseParams" }?.words.suffix(2).map { Int($0) })
        let network = try recorded.network()
        let post = try #require(network.population(named: "post"))
        for rule in Quantization.ShiftRule.allCases {
            let quantized = try Quantization(to: try chip(named: "spin5"), shiftRule: rule).run(network)
            #expect(quantized.neurons(of: post)?.fixedPoint?.shifts == shifts, "by '\(rule.rawValue)'")
        }
    }

    /// Which of our regions holds what a recorded one does; nil where there is none.
    private static func place(
        of region: SpiNNakerRegionCase.Region, in recorded: SpiNNakerRegionCase, _ graph: RoutedGraph
    ) throws -> (number: Int, core: ID<VirtualCore>)? {
        let numbers = [
            "SYSTEM": 0, "System": 0, "setup": 0, "CONFIGURATION": 1, "RECORDING": 2, "Neuron Core Params": 1, "CurrentSourceParams": 3,
            "SynapseParams": 4, "PopTable": 5, "SynBlocks": 6, "delay_params": 1,
        ]
        if recorded.isSplit, region.label == "System" { return nil }
        if ["SDRAM Params", "Key Config"].contains(region.label) { return nil }
        let number = try #require(numbers[region.label], "an unknown region '\(region.label)'")
        var place = region.core
        if recorded.isSplit, recorded.vertices.contains(where: { $0.core == place && $0.name.contains("_Synapses") }) {
            place = try #require(recorded.neuronVertices.first?.core)
        }
        let core = try #require(graph.placed.physicalCores.firstIndex(of: place), "nothing is on core \(place)")
        return (number, ID(core))
    }

    /// The strides of the blocks, with their places and rows.
    private static func rowLengths(_ graph: RoutedGraph) throws -> [SynapticMatrixPlan.Block] {
        let cut = try #require(UniformCut(graph.placed.coreGraph))
        let post = try #require(cut.quantized.network.population(named: "post"))
        return SynapticMatrixPlan(into: post, cut) { RowLengths($0, cut) }.blocks
    }

    /// The words with the synapses of each row in ascending order.
    private static func sorted(_ words: [UInt32], _ blocks: [SynapticMatrixPlan.Block]) -> [UInt32] {
        var words = words
        for block in blocks {
            for row in 0..<block.rowCount {
                let start = block.offset / 4 + row * block.stride
                guard start + block.stride <= words.count else { continue }
                let count = min(Int(words[start + 1]), block.rowLength)
                words[start + 3..<start + 3 + count].sort()
            }
        }
        return words
    }

    private static func difference(_ ours: [UInt32], _ theirs: [UInt32]) -> String {
        if ours.count != theirs.count { return "\(ours.count) words, and \(theirs.count) were recorded" }
        guard let place = ours.indices.first(where: { ours[$0] != theirs[$0] }) else { return "equal" }
        return "word \(place) is 0x\(String(ours[place], radix: 16)), recorded 0x\(String(theirs[place], radix: 16))"
    }
}
