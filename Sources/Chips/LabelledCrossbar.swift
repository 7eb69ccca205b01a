/// A chip on which spikes are labels: events of neurons and of the host pass a crossbar onto buses, drivers on a bus pick labels by a
/// masked comparison, and synapses in the rows of a driver compare the rest of the label.
///
/// There are two hemispheres, top (0) and bottom (1), each an array of synapses [rows × columns] with one neuron circuit below every
/// column; circuit = hemisphere · columns + column. A driver feeds two rows; driver of a hemisphere = buses · (index on its bus) + bus. A
/// bus of the chip is hemisphere · buses + bus. A "core" of the topology is one execution: the chip is used again and again.
///
/// A label has, from bit 0: the synapse's label, the row select that drivers compare; neurons choose the lowest `addressBits` of their
/// label, and above them stands the number of their event output.
public struct LabelledCrossbar: Hashable, Sendable {
    /// Columns of synapses and circuits of each hemisphere.
    public var columns: Int
    /// Parts of the columns beyond whose borders circuits cannot be joined.
    public var halves: Int
    /// Rows of synapses of each hemisphere.
    public var rows: Int
    /// Buses of each hemisphere.
    public var buses: Int
    /// Bits that a synapse compares.
    public var labelBits: Int
    /// Bits that a driver compares.
    public var selectBits: Int
    /// Bits of an event that a neuron may choose.
    public var addressBits: Int
    /// Bits that a node of the crossbar compares.
    public var filterBits: Int
    /// Outputs of the neurons into the crossbar; each belongs to neighbouring columns of both hemispheres.
    public var eventOutputs: Int
    /// Inputs of the crossbar from the host.
    public var externalInputs: Int
    /// Generators of background events.
    public var backgroundInputs: Int
    /// Most executions of one program.
    public var executions: Int
    /// Events that the way from the host carries in a µs; nil: no limit is known.
    public var hostEvents: Double?

    public static let hemispheres = 2
    public static let rowsPerDriver = 2

    public init(
        columns: Int, halves: Int, rows: Int, buses: Int, labelBits: Int, selectBits: Int, addressBits: Int, filterBits: Int,
        eventOutputs: Int, externalInputs: Int, backgroundInputs: Int, executions: Int,
        hostEvents: Double? = nil
    ) {
        self.columns = columns
        self.halves = halves
        self.rows = rows
        self.buses = buses
        self.labelBits = labelBits
        self.selectBits = selectBits
        self.addressBits = addressBits
        self.filterBits = filterBits
        self.eventOutputs = eventOutputs
        self.externalInputs = externalInputs
        self.backgroundInputs = backgroundInputs
        self.executions = executions
        self.hostEvents = hostEvents
    }
}

extension LabelledCrossbar {
    public var circuitCount: Int { Self.hemispheres * columns }
    public var rowCount: Int { Self.hemispheres * rows }
    public var synapseCount: Int { rowCount * columns }
    public var busCount: Int { Self.hemispheres * buses }
    public var driversPerHemisphere: Int { rows / Self.rowsPerDriver }
    public var driversPerBus: Int { driversPerHemisphere / buses }
    public var rowsPerBus: Int { driversPerBus * Self.rowsPerDriver }
    public var columnsPerHalf: Int { columns / halves }
    public var columnsPerOutput: Int { columns / eventOutputs }
    /// Labels that a synapse tells apart: as many sources can reach one driver.
    public var labelCount: Int { 1 << labelBits }
    public var selectCount: Int { 1 << selectBits }

    /// Inputs of the crossbar: neurons' outputs, then the host's, then the background's.
    public var inputCount: Int { eventOutputs + externalInputs + backgroundInputs }
    /// Outputs of the crossbar: the buses, then the ways to the host.
    public var outputCount: Int { busCount + buses }

    public func hemisphere(ofCircuit circuit: Int) -> Int { circuit / columns }
    public func column(ofCircuit circuit: Int) -> Int { circuit % columns }
    public func circuit(column: Int, hemisphere: Int) -> Int { hemisphere * columns + column }
    public func eventOutput(ofColumn column: Int) -> Int { column / columnsPerOutput }
    /// The bus within each hemisphere that an event output reaches.
    public func bus(ofEventOutput output: Int) -> Int { output % buses }
    public func half(ofColumn column: Int) -> Int { column / columnsPerHalf }

    /// The first row of a driver on a bus of the chip, by its index there.
    public func firstRow(ofDriver index: Int, onBus bus: Int) -> Int {
        bus / buses * rows + (buses * index + bus % buses) * Self.rowsPerDriver
    }

    /// Whether the crossbar has a node between an input and an output (halco routing_crossbar.h): neurons reach one bus of each hemisphere
    /// and one way to the host, the host's inputs every bus and their own way back, the background one bus and one way.
    public func hasNode(_ input: Int, _ output: Int) -> Bool {
        if input < eventOutputs { return output % buses == input % buses }
        let external = input - eventOutputs
        if external < externalInputs { return output < busCount || output - busCount == external }
        let background = external - externalInputs
        return output == background || output - busCount == background % buses
    }

    /// All nodes, by input, then output.
    public var nodes: [(input: Int, output: Int)] {
        var nodes: [(input: Int, output: Int)] = []
        for input in 0..<inputCount { for output in 0..<outputCount where hasNode(input, output) { nodes.append((input, output)) } }
        return nodes
    }

    /// The label of a neuron's event.
    public func label(ofAddress address: Int, output: Int) -> Int { output << addressBits | address }

    /// The bits of a label that drivers compare.
    public func rowSelect(of label: Int) -> Int { label >> labelBits & (selectCount - 1) }
}
