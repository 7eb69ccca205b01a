import Chips
import Networks
import Numerics
import Storage

/// What an execution takes of the chip, in as few numbers as a drawing needs.
public struct CrossbarOccupancy: Hashable, Sendable {
    /// Neighbouring columns of a hemisphere whose circuits belong to neurons of one part.
    public struct Run: Hashable, Sendable {
        public var hemisphere: Int
        public var columns: Range<Int>
        /// Of the core's parts.
        public var part: Int
    }

    /// What is used of a bus.
    public struct Bus: Hashable, Sendable {
        public var excitatoryRows: Int
        public var inhibitoryRows: Int
        public var synapses: Int
        /// Drivers that are on.
        public var drivers: Int
    }

    /// What a node of the crossbar lets pass.
    public enum Passage: Int, CaseIterable, Hashable, Sendable { case nothing, some, everything }

    /// By hemisphere, then column.
    public var runs: [Run]
    /// By bus of the chip.
    public var buses: [Bus]
    /// As `LabelledCrossbar.nodes` lists them.
    public var nodes: [Passage]

    /// - Parameter part: the part that a neuron belongs to, by its number in the configuration.
    package init(_ configuration: CrossbarConfiguration, part: (Int) -> Int) {
        let crossbar = configuration.crossbar
        var owner = [Int?](repeating: nil, count: crossbar.circuitCount)
        for (number, neuron) in configuration.neurons.enumerated() { for circuit in neuron.circuits { owner[circuit] = part(number) } }
        runs = []
        for hemisphere in 0..<LabelledCrossbar.hemispheres {
            for column in 0..<crossbar.columns {
                guard let part = owner[crossbar.circuit(column: column, hemisphere: hemisphere)] else { continue }
                if let last = runs.last, last.hemisphere == hemisphere, last.part == part, last.columns.upperBound == column {
                    runs[runs.count - 1].columns = last.columns.lowerBound..<column + 1
                } else {
                    runs.append(Run(hemisphere: hemisphere, columns: column..<column + 1, part: part))
                }
            }
        }
        nodes = configuration.nodes.map { $0.mask != 0 ? .some : $0.target == 0 ? .everything : .nothing }
        buses = [Bus](repeating: Bus(excitatoryRows: 0, inhibitoryRows: 0, synapses: 0, drivers: 0), count: crossbar.busCount)
        for driver in configuration.driverMasks.indices where configuration.driverMasks[driver] != nil {
            let (hemisphere, number) = driver.quotientAndRemainder(dividingBy: crossbar.driversPerHemisphere)
            buses[hemisphere * crossbar.buses + number % crossbar.buses].drivers += 1
        }
        for row in 0..<crossbar.rowCount {
            let driver = row % crossbar.rows / LabelledCrossbar.rowsPerDriver
            let bus = row / crossbar.rows * crossbar.buses + driver % crossbar.buses
            if configuration.rowModes[row] == .excitatory { buses[bus].excitatoryRows += 1 }
            if configuration.rowModes[row] == .inhibitory { buses[bus].inhibitoryRows += 1 }
            for synapse in row * crossbar.columns..<(row + 1) * crossbar.columns where configuration.weights[synapse] != 0 {
                buses[bus].synapses += 1
            }
        }
    }

    var json: JSONValue {
        [
            "runs": .array(runs.map { .array([$0.hemisphere, $0.columns.lowerBound, $0.columns.count, $0.part].map { .integer($0) }) }),
            "buses": .array(buses.map { .array([$0.excitatoryRows, $0.inhibitoryRows, $0.synapses, $0.drivers].map { .integer($0) }) }),
            "nodes": .array(nodes.map { .integer($0.rawValue) }),
        ]
    }

    /// Reads what `json` wrote.
    init?(_ json: JSONValue, parts: Int) {
        guard let runs = json["runs"]?.array?.map(\.ints), let buses = json["buses"]?.array?.map(\.ints),
            let nodes = json["nodes"]?.ints?.map(Passage.init(rawValue:)), nodes.count <= 4096, !nodes.contains(nil)
        else { return nil }
        self.nodes = nodes.compactMap { $0 }
        self.runs = []
        for run in runs {
            guard let run, run.count == 4, (0...1).contains(run[0]), (0...4096).contains(run[1]), (1...4096).contains(run[2]),
                (0..<parts).contains(run[3])
            else { return nil }
            self.runs.append(Run(hemisphere: run[0], columns: run[1]..<run[1] + run[2], part: run[3]))
        }
        self.buses = []
        for bus in buses {
            guard let bus, bus.count == 4, bus.allSatisfy({ $0 >= 0 }) else { return nil }
            self.buses.append(Bus(excitatoryRows: bus[0], inhibitoryRows: bus[1], synapses: bus[2], drivers: bus[3]))
        }
    }
}
