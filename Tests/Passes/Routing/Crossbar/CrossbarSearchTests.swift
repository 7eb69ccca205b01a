import Chips
import Lowering
import Passes
import Support
import Testing

/// The search for a place of every neuron, row and label on a chip with a labelled crossbar, each answer followed event by event.
@Suite struct CrossbarSearchTests {
    static let crossbar = LabelledCrossbar(
        columns: 256, halves: 2, rows: 256, buses: 4, labelBits: 6, selectBits: 5, addressBits: 8, filterBits: 14, eventOutputs: 8,
        externalInputs: 4, backgroundInputs: 8, executions: 16)

    /// Layers from the host on, each neuron with a synapse to each of the next with this probability, weights drawn.
    static func layered(_ sizes: [Int], largest: Int = 63, signed: Bool = true, probability: Double = 1, seed: Int = 0) -> CrossbarProblem {
        var random = TestRandom(seed, "crossbar")
        var first = [0]
        var neurons: [CrossbarProblem.Neuron] = []
        for layer in 1..<sizes.count {
            first.append(neurons.count)
            neurons += (0..<sizes[layer]).map { .init(population: layer, index: $0, isRecorded: true) }
        }
        var sources: [CrossbarProblem.Source] = []
        var entries: [[CrossbarProblem.Entry]] = []
        for layer in 0..<sizes.count - 1 {
            for index in 0..<sizes[layer] {
                sources.append(layer == 0 ? .external(population: 0, index: index) : .neuron(first[layer] + index))
                entries.append(
                    (0..<sizes[layer + 1]).compactMap { target in
                        if probability < 1, Double(random.integer(in: 0...999_999)) >= probability * 1e6 { return nil }
                        let weight = random.integer(in: (signed ? -largest : 1)...largest)
                        return .init(
                            target: Int32(first[layer + 1] + target), excitatory: Int32(max(weight, 0)), inhibitory: Int32(max(-weight, 0)),
                            isSigned: signed)
                    })
            }
        }
        return CrossbarProblem(crossbar, neurons: neurons, sources: sources, entries: entries, largestWeight: 63)
    }

    /// Follows every event and expects the problem's weights, no others.
    static func expectComputes(_ configuration: CrossbarConfiguration, _ problem: CrossbarProblem) {
        #expect(configuration.violations(largestWeight: 63) == [])
        let propagation = CrossbarPropagation(configuration)
        var owner = [Int](repeating: -1, count: crossbar.circuitCount)
        for (number, neuron) in configuration.neurons.enumerated() { for circuit in neuron.circuits { owner[circuit] = number } }
        var wrong = 0
        for (source, entries) in zip(problem.sources, problem.entries) {
            let firings: [CrossbarPropagation.Firing]
            switch source {
            case .neuron(let number): firings = propagation.firings(of: configuration.neurons[number])
            case .external(let population, let index):
                firings = configuration.externals.filter { $0.population == population && $0.index == index }.flatMap(\.labels)
                    .flatMap { propagation.firings(ofExternal: $0) }
            }
            var sums: [[Int]] = Array(repeating: [0, 0], count: problem.neurons.count)
            for firing in firings {
                let target = owner[firing.row / crossbar.rows * crossbar.columns + firing.column]
                sums[target][firing.isExcitatory ? 0 : 1] += firing.weight
            }
            for entry in entries {
                sums[Int(entry.target)][0] -= Int(entry.excitatory)
                sums[Int(entry.target)][1] -= Int(entry.inhibitory)
            }
            wrong += sums.count { $0 != [0, 0] }
        }
        #expect(wrong == 0)
    }

    static func expectFits(_ problem: CrossbarProblem, _ search: CrossbarSearch = CrossbarSearch()) -> (CrossbarConfiguration, SignPolicy)?
    {
        guard case .found(let configuration, let policy) = search.run(problem) else {
            Issue.record("does not fit: \(search.run(problem))")
            return nil
        }
        expectComputes(configuration, problem)
        return (configuration, policy)
    }

    @Test func `256-246-10 signed and dense fits on one chip, every weight free to change its sign`() throws {
        let (configuration, policy) = try #require(Self.expectFits(Self.layered([256, 246, 10])))
        #expect(policy == .pairs && configuration.usedCircuits == 512 && configuration.usedRows == 512)
    }

    @Test(arguments: 0..<10) func `so it does with its neurons in any columns`(seed: Int) throws {
        var random = TestRandom(seed, "permutation")
        var order = Array(0..<256)
        for place in (1..<256).reversed() { order.swapAt(place, random.integer(in: 0...place)) }
        let problem = Self.layered([256, 246, 10], seed: seed)
        let (configuration, _) = try #require(Self.expectFits(problem, CrossbarSearch(order: order)))
        #expect(configuration.neurons[order[0]].circuits == [0, 256])
    }

    @Test(arguments: [
        [5, 120, 3], [784, 64], [256, 10], [128, 500], [40, 60, 60, 60, 60, 10], [1, 1], [600, 30, 30, 10],
    ]) func `layers of other sizes fit`(sizes: [Int]) { _ = Self.expectFits(Self.layered(sizes)) }

    @Test func `weights beyond a synapse are shared by several`() {
        _ = Self.expectFits(Self.layered([5, 120, 3], largest: 800))
        _ = Self.expectFits(Self.layered([2, 3], largest: 4000))
    }

    @Test func `sources of one sign need no twins, and weights of fixed sign none at all`() throws {
        let positive = try #require(Self.expectFits(Self.layered([256, 200], signed: false)))
        #expect(positive.0.usedRows == 256, "one row for each source")
        let packed = try #require(Self.expectFits(Self.layered([784, 100])))
        #expect(packed.1 == .weights)
    }

    @Test(arguments: 0..<12) func `random sparse layers fit or lack something that is named`(seed: Int) {
        var random = TestRandom(seed, "sizes")
        let sizes = (0..<random.integer(in: 2...4)).map { _ in random.integer(in: 1...160) }
        let problem = Self.layered(
            sizes, largest: random.integer(in: 1...200), probability: Double(random.integer(in: 1...9)) / 10, seed: seed)
        switch CrossbarSearch().run(problem) {
        case .found(let configuration, _): Self.expectComputes(configuration, problem)
        case .failed(let shortage): #expect(shortage.needed > shortage.available)
        }
    }

    @Test func `more sources on a bus than labels are kept apart by masks`() throws {
        let (configuration, _) = try #require(Self.expectFits(Self.layered([784, 64])))
        let masks = Set(configuration.driverMasks.compactMap { $0 })
        #expect(masks.contains { $0 != 0 }, "98 sources on each bus need two groups")
    }

    @Test func `what cannot fit says what it lacks`() {
        guard case .failed(let circuits) = CrossbarSearch().run(Self.layered([300, 300])) else {
            Issue.record("300-300 needs 600 circuits")
            return
        }
        #expect(circuits.kind == .circuits && circuits.needed > 512)
        guard case .failed(let half) = CrossbarSearch().run(Self.layered([70_000, 1])) else {
            Issue.record("70,000 inputs need 547 circuits")
            return
        }
        #expect(half.kind == .half && half.available == 256)
    }
}
