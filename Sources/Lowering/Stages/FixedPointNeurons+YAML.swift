import Chips
import Diagnostics
import Networks
import Numerics
import YAML

extension FixedPointNeurons {
    var node: Node {
        var entries = [
            Node.Entry("cell", Node(cell.rawValue)), Node.Entry("potential_scale", Node(potentialScale)),
            Node.Entry("origin", .perNeuron(origin)), Node.Entry("spikes", Node(spikes)), Node.Entry("added_delay", Node(addedDelay)),
            Node.Entry("shifts", .row(shifts)), Node.Entry("longest_delay", Node(longestDelay)),
            Node.Entry("timestep", Node(Int(timestep))),
        ]
        for (column, values) in zip(Self.columns(of: cell), words) {
            entries.append(Node.Entry(column.rawValue, .perNeuron(values.map { Int($0) })))
        }
        if let plasticity { entries.append(Node.Entry("plasticity", plasticity.node)) }
        return Node(.mapping(entries))
    }

    init?(_ node: Node, of population: Population, into collector: inout DiagnosticCollector) {
        var reader = MappingReader(node, of: "neurons of '\(population.name)'")
        let words = Int(Int32.min)...Int(Int32.max)
        let cell = reader.required("cell", .choice(of: FixedPointArithmetic.Cell.self))
        let scale = reader.required("potential_scale", .real(above: 0))
        let origin = reader.required("origin", .perNeuron(population.size) as Reading<[Double]>)
        let spikes = reader.required("spikes", .bool)
        let delay = reader.required("added_delay", .integer(atLeast: 0, atMost: 1))
        let shifts = reader.required("shifts", .row(FixedPointArithmetic.receptors))
        let longest = reader.required("longest_delay", .integer(atLeast: 0))
        let timestep = reader.required("timestep", .integer(atLeast: 1, atMost: words.upperBound))
        var columns: [[Int32]] = []
        var isComplete = true
        for column in cell.map(Self.columns) ?? [] {
            if let values = reader.required(column.rawValue, .perNeuron(population.size, in: words)) {
                columns.append(values.map { Int32($0) })
            } else {
                isComplete = false
            }
        }
        let plasticity = reader.optional("plasticity").map { FixedPointPlasticity($0, of: population, into: &collector) }
        reader.finish(into: &collector)
        if let plasticity, plasticity == nil { return nil }
        guard isComplete, let cell, let scale, let origin, let spikes, let delay, let shifts, let longest, let timestep else { return nil }
        self.init(
            cell: cell, potentialScale: scale, origin: origin, spikes: spikes, addedDelay: delay, shifts: shifts, longestDelay: longest,
            timestep: Int32(timestep), words: columns)
        self.plasticity = plasticity ?? nil
    }
}

extension FixedPointPlasticity {
    fileprivate var node: Node {
        [
            "projections": .row(projections.map(\.index)), "nearest": Node(pairs.isNearest), "multiplicative": Node(pairs.isMultiplicative),
            "delays_targets": Node(pairs.delaysTargets), "source_decay": .row(pairs.sourceDecay.map { Int($0) }),
            "target_decay": .row(pairs.targetDecay.map { Int($0) }), "lowest": Node(Int(pairs.lowest)), "highest": Node(Int(pairs.highest)),
            "potentiation": Node(Int(pairs.potentiation)), "depression": Node(Int(pairs.depression)),
        ]
    }

    fileprivate init?(_ node: Node, of population: Population, into collector: inout DiagnosticCollector) {
        var reader = MappingReader(node, of: "plasticity of '\(population.name)'")
        let words = Int(Int32.min)...Int(Int32.max)
        let decay: Reading<[Int]> = .list(of: .integer(atLeast: 0, atMost: FixedPointPairs.one), count: 0...FixedPointPairs.mostEntries)
        let projections = reader.required("projections", .list(of: .integer(atLeast: 0)))
        let nearest = reader.required("nearest", .bool)
        let multiplicative = reader.required("multiplicative", .bool)
        let delays = reader.required("delays_targets", .bool)
        let (source, target) = (reader.required("source_decay", decay), reader.required("target_decay", decay))
        let numbers = ["lowest", "highest", "potentiation", "depression"].compactMap {
            reader.required($0, .integer(atLeast: words.lowerBound, atMost: words.upperBound))
        }
        reader.finish(into: &collector)
        guard let projections, let nearest, let multiplicative, let delays, let source, let target, numbers.count == 4 else { return nil }
        self.init(
            projections: projections.map { ID($0) },
            pairs: FixedPointPairs(
                isNearest: nearest, isMultiplicative: multiplicative, delaysTargets: delays, sourceDecay: source.map { Int16($0) },
                targetDecay: target.map { Int16($0) }, lowest: Int32(numbers[0]), highest: Int32(numbers[1]),
                potentiation: Int32(numbers[2]), depression: Int32(numbers[3])))
    }
}
