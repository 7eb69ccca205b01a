import Chips
import Diagnostics
import Networks
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
        reader.finish(into: &collector)
        guard isComplete, let cell, let scale, let origin, let spikes, let delay, let shifts, let longest, let timestep else { return nil }
        self.init(
            cell: cell, potentialScale: scale, origin: origin, spikes: spikes, addedDelay: delay, shifts: shifts, longestDelay: longest,
            timestep: Int32(timestep), words: columns)
    }
}
