import Chips

/// Follows events through a configuration as the chip does: nodes, drivers, rows, synapses.
///
/// It is the judge of the routing and shares nothing with it: only the rules by which the chip leads a label to synapses.
public struct CrossbarPropagation: Sendable {
    /// A synapse that an event makes fire.
    public struct Firing: Hashable, Sendable {
        public var row: Int
        public var column: Int
        public var weight: Int
        public var isExcitatory: Bool
    }

    private let configuration: CrossbarConfiguration
    private let crossbar: LabelledCrossbar
    /// [input][…]: the buses that the nodes of an input lead to.
    private let nodes: [[CrossbarConfiguration.Filter]]
    /// Columns of the used synapses of a row by label: those of label l of row r are `columns[starts[r · labels + l]..<starts[… + 1]]`.
    private let starts: [Int32]
    private let columns: [Int16]

    public init(_ configuration: CrossbarConfiguration) {
        self.configuration = configuration
        crossbar = configuration.crossbar
        var nodes = [[CrossbarConfiguration.Filter]](repeating: [], count: crossbar.inputCount)
        for node in configuration.nodes where node.input < nodes.count { nodes[node.input].append(node) }
        self.nodes = nodes
        var starts: [Int32] = [0]
        var columns: [Int16] = []
        for row in 0..<crossbar.rowCount {
            var byLabel = [[Int16]](repeating: [], count: crossbar.labelCount)
            for column in 0..<crossbar.columns where configuration.weights[row * crossbar.columns + column] != 0 {
                byLabel[Int(configuration.labels[row * crossbar.columns + column])].append(Int16(column))
            }
            for list in byLabel {
                columns += list
                starts.append(Int32(columns.count))
            }
        }
        (self.starts, self.columns) = (starts, columns)
    }

    /// The synapses that fire for an event from the host (16-bit label, its input above the bits of the filter).
    public func firings(ofExternal label: Int) -> [Firing] {
        firings(of: label & (1 << crossbar.filterBits - 1), at: crossbar.eventOutputs + label >> crossbar.filterBits)
    }

    /// The synapses that fire for a neuron's event; none when it sends none.
    public func firings(of neuron: CrossbarConfiguration.Neuron) -> [Firing] {
        guard let master = neuron.spikeMaster, let address = neuron.address else { return [] }
        let output = crossbar.eventOutput(ofColumn: crossbar.column(ofCircuit: master))
        return firings(of: crossbar.label(ofAddress: address, output: output), at: output)
    }

    /// The synapses that fire for an event at an input of the crossbar, by row, then column.
    public func firings(of label: Int, at input: Int) -> [Firing] {
        var firings: [Firing] = []
        guard nodes.indices.contains(input) else { return [] }
        for node in nodes[input] where node.output < crossbar.busCount && label & node.mask == node.target {
            let hemisphere = node.output / crossbar.buses
            let select = crossbar.rowSelect(of: label)
            for index in 0..<crossbar.driversPerBus {
                let driver = crossbar.buses * index + node.output % crossbar.buses
                guard let mask = configuration.driverMasks[hemisphere * crossbar.driversPerHemisphere + driver],
                    select & mask == index & mask
                else { continue }
                let first = hemisphere * crossbar.rows + driver * LabelledCrossbar.rowsPerDriver
                for row in first..<first + LabelledCrossbar.rowsPerDriver where configuration.rowModes[row] != .disabled {
                    let bucket = row * crossbar.labelCount + label & (crossbar.labelCount - 1)
                    for place in starts[bucket]..<starts[bucket + 1] {
                        let column = Int(columns[Int(place)])
                        firings.append(
                            Firing(
                                row: row, column: column, weight: Int(configuration.weights[row * crossbar.columns + column]),
                                isExcitatory: configuration.rowModes[row] == .excitatory))
                    }
                }
            }
        }
        return firings.sorted { ($0.row, $0.column) < ($1.row, $1.column) }
    }
}
