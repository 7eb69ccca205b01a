import Networks
import Numerics
import Testing

/// A network of one projection, for the tests of its rows.
func network(
    _ connector: Connector, pre: [Int], post: [Int]? = nil, weight: ValueRule = .drawn(.normal(mean: 0, sigma: 1)),
    delay: ValueRule = .constant(1), seed: UInt64 = 7
) -> Network {
    var populations: Table<Population> = [Population("a", shape: pre, cell: .neuron(NeuronModel(.leaky)))]
    if let post { populations.append(Population("b", shape: post, cell: .neuron(NeuronModel(.leaky)))) }
    let projection = Projection("p", from: ID(0), to: ID(post == nil ? 0 : 1), connector, weight: weight, delay: delay)
    return Network(name: "test", seed: seed, populations: populations, projections: [projection])
}

func allRows(_ rows: SynapseRows) -> [SynapseRow] {
    (0..<rows.sourceCount).map {
        var row = SynapseRow()
        rows.read($0, into: &row)
        return row
    }
}

@Suite struct SynapseRowsTests {
    /// Every connector, between two populations and (where it may be) within one.
    static let cases: [(name: String, network: Network)] = {
        let pairs = (0..<300).flatMap { source in
            [3, 3 + source % 50, 700].map { Connector.Pair(source: Int32(source), target: Int32($0)) }
        }
        let listed = (0..<pairs.count).map { Float($0) }
        let delays = ValueRule.drawn(.normal(mean: 10, sigma: 6))
        var cases: [(String, Network)] = [
            ("one_to_one", network(.oneToOne, pre: [1000], post: [1000], delay: delays)),
            ("list", network(.list(pairs), pre: [300], post: [900], weight: .tensor(Tensor(shape: [pairs.count], values: listed)))),
            (
                "conv2d",
                network(
                    .convolution(Convolution(kernel: [3, 3], stride: [2, 1], padding: [1, 2], dilation: [1, 2])), pre: [2, 9, 10],
                    post: [4, 5, 10], delay: delays)
            ),
            ("sum_pool", network(.pooling(Pooling(.sum, window: [3, 2], stride: [2, 2])), pre: [3, 9, 8], post: [3, 4, 4])),
        ]
        for post in [nil, [520]] as [[Int]?] {
            for allowSelf in [true, false] {
                let kind = "\(post == nil ? "within" : "between")/\(allowSelf)"
                let connectors: [Connector] = [
                    .allToAll(allowSelf: allowSelf), .fixedProbability(0.03, allowSelf: allowSelf),
                    .fixedProbability(0.8, allowSelf: allowSelf), .fixedTotalNumber(3000, allowSelf: allowSelf),
                    .fixedNumberPre(7, withReplacement: false, allowSelf: allowSelf),
                    .fixedNumberPre(40, withReplacement: true, allowSelf: allowSelf),
                    .fixedNumberPost(12, withReplacement: false, allowSelf: allowSelf),
                    .fixedNumberPost(270, withReplacement: false, allowSelf: allowSelf),
                    .fixedNumberPost(150, withReplacement: true, allowSelf: allowSelf),
                ]
                for connector in connectors {
                    cases.append(("\(connector)/\(kind)", network(connector, pre: [280], post: post, delay: delays)))
                }
            }
        }
        return cases
    }()

    @Test(arguments: cases.indices) func aPartOfARowIsTheSliceOfTheWholeRow(_ index: Int) {
        let (name, network) = Self.cases[index]
        let rows = SynapseRows(ID(0), of: network)
        var (whole, part) = (SynapseRow(), SynapseRow())
        for source in stride(from: 0, to: rows.sourceCount, by: 37) {
            rows.read(source, into: &whole)
            for targets in [
                0..<1, 3..<4, 100..<261, source..<source + 2, 255..<257, rows.targetCount - 5..<rows.targetCount, 5..<5,
            ] {
                let targets = targets.clamped(to: 0..<rows.targetCount)
                rows.read(source, targets: targets, into: &part)
                let slice = whole.targets.indices.filter { targets.contains(Int(whole.targets[$0])) }
                #expect(part.targets == slice.map { whole.targets[$0] }, "\(name), \(source) → \(targets)")
                #expect(part.weights == slice.map { whole.weights[$0] }, "\(name), \(source) → \(targets)")
                #expect(part.delays == slice.map { whole.delays[$0] }, "\(name), \(source) → \(targets)")
                #expect(part.parameters == slice.map { whole.parameters[$0] }, "\(name), \(source) → \(targets)")
            }
        }
    }

    @Test(arguments: cases.indices) func rowsKeepTheirPromises(_ index: Int) {
        let (name, network) = Self.cases[index]
        let rows = SynapseRows(ID(0), of: network)
        let all = allRows(rows)
        let again = SynapseRows(ID(0), of: network)
        for source in stride(from: 0, to: rows.sourceCount, by: 41) {
            var row = SynapseRow()
            again.read(source, into: &row)
            #expect(row == all[source], "\(name) is not the same twice")
        }
        #expect(all.reduce(0) { $0 + $1.count } == rows.synapseCount, "\(name)")
        #expect(all.indices.allSatisfy { all[$0].count == rows.count(of: $0) }, "\(name)")
        #expect(all.allSatisfy { row in zip(row.targets, row.targets.dropFirst()).allSatisfy { $0 <= $1 } }, "\(name) does not ascend")
        #expect(all.allSatisfy { row in row.targets.allSatisfy { $0 >= 0 && $0 < rows.targetCount } }, "\(name)")
        #expect(all.allSatisfy { row in row.delays.allSatisfy { $0 >= 1 && $0 <= rows.maximumDelay } }, "\(name)")
        #expect(
            all.allSatisfy { $0.weights.count == $0.count && $0.delays.count == $0.count && $0.parameters.count == $0.count }, "\(name)")
        let parameters = all.flatMap(\.parameters)
        #expect(parameters.allSatisfy { $0 < rows.parameterCount }, "\(name)")
        if rows.structure == .irregular || rows.structure == .oneToOne {
            #expect(parameters == (0..<Int32(rows.parameterCount)).map { $0 }, "\(name): parameters are not numbered in order")
        }
        if let dense = rows.denseWeights() {
            #expect(
                all.indices.allSatisfy { source in
                    zip(all[source].targets, all[source].weights).allSatisfy { dense[source * rows.targetCount + Int($0)] == $1 }
                })
        }
    }

    @Test func noNeuronReachesItselfUnlessAllowed() {
        for (name, network) in Self.cases where name.hasSuffix("within/false") {
            for (source, row) in allRows(SynapseRows(ID(0), of: network)).enumerated() {
                #expect(!row.targets.contains(Int32(source)), "\(name): \(source)")
            }
        }
        let free = allRows(SynapseRows(ID(0), of: network(.fixedProbability(0.5, allowSelf: true), pre: [400])))
        let own = free.enumerated().filter { $1.targets.contains(Int32($0)) }.count
        #expect(abs(own - 200) < 50, "\(own) of 400 reach themselves at p = 0.5")
    }

    @Test func drawnWeightsDependOnTheSeedAndTheProjection() {
        let connector = Connector.fixedProbability(0.1, allowSelf: true)
        let first = allRows(SynapseRows(ID(0), of: network(connector, pre: [100], seed: 1)))
        #expect(first != allRows(SynapseRows(ID(0), of: network(connector, pre: [100], seed: 2))))
        var renamed = network(connector, pre: [100], seed: 1)
        renamed.projections[ID(0)].name = "q"
        #expect(first != allRows(SynapseRows(ID(0), of: renamed)))
    }

    @Test func copiesOfASynapseHaveWeightsOfTheirOwn() {
        let rows = allRows(SynapseRows(ID(0), of: network(.fixedNumberPost(400, withReplacement: true, allowSelf: true), pre: [50])))
        let copies = rows.flatMap { row in
            row.targets.indices.dropFirst().filter { row.targets[$0] == row.targets[$0 - 1] }.map { row.weights[$0] == row.weights[$0 - 1] }
        }
        #expect(copies.count > 1000)
        #expect(!copies.contains(true))
    }

    @Test func delaysAreWholeAndAtLeastOne() {
        let delay = ValueRule.drawn(.uniform(low: -3, high: 5.4))
        let row = allRows(SynapseRows(ID(0), of: network(.allToAll(allowSelf: true), pre: [2000], post: [1], delay: delay))).flatMap(
            \.delays)
        #expect(Set(row) == [1, 2, 3, 4, 5])
        let constant = SynapseRows(ID(0), of: network(.oneToOne, pre: [3], post: [3], delay: .constant(4)))
        #expect(constant.commonDelay == 4 && constant.maximumDelay == 4)
    }
}
