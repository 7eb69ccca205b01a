import Chips

/// What a step costs by the chip's published constants.
///
/// All cores work at once and wait for each other at the end of the step, so a step takes the barrier, the longest way of a packet, and
/// the time of the busiest core: its neuron updates and synaptic operations, one after the other. An update is active when the
/// compartment's current or membrane is not zero.
struct StepCosts: Sendable {
    private let costs: Costs
    /// Seconds of a step beside the busiest core's.
    let perStep: Double
    private let operation: Double
    private let active: Double
    private let inactive: Double

    init(_ image: MachineImage, _ traffic: MeshTraffic) {
        costs = image.chip.costs
        operation = costs.events[.synapticOperation]?.time ?? 0
        active = costs.events[.neuronUpdateActive]?.time ?? 0
        inactive = costs.events[.neuronUpdateInactive]?.time ?? 0
        var tiles: Set<Int> = []
        if case .mesh(let mesh) = image.chip.topology { for core in image.cores { tiles.insert(mesh.router(ofCore: core.number)) } }
        let share = costs.barrierTiles > 1 ? Double(max(tiles.count, 1) - 1) / Double(costs.barrierTiles - 1) : 0
        let barrier = costs.barrierMinimum + (costs.barrierMaximum - costs.barrierMinimum) * share
        let longest = traffic.longestWay
        perStep =
            barrier + Double(longest.eastWest) * (costs.events[.hopEastWest]?.time ?? 0)
            + Double(longest.northSouth) * (costs.events[.hopNorthSouth]?.time ?? 0)
    }

    /// Seconds of one core's step.
    @inline(__always)
    func time(operations: Int, active: Int, compartments: Int) -> Double {
        Double(operations) * operation + Double(active) * self.active + Double(compartments - active) * inactive
    }

    /// Femtojoules of everything that happened; whole numbers, so that sums do not depend on how the work was divided.
    func femtojoules(operations: Int, active: Int, inactive: Int, _ traffic: MeshTraffic.Count) -> Int {
        func energy(_ event: Costs.Event, _ count: Int) -> Int { count.saturatingProduct(Int(femto: costs.events[event]?.energy ?? 0)) }
        let parts = [
            energy(.synapticOperation, operations), energy(.neuronUpdateActive, active), energy(.neuronUpdateInactive, inactive),
            energy(.hopEastWest, traffic.hopsEastWest), energy(.hopNorthSouth, traffic.hopsNorthSouth),
            energy(.spikeWithinTile, traffic.packetsWithinTile),
        ]
        return parts.reduce(0) { $0.saturatingSum($1) }
    }
}

/// Constants of a damaged description may be of any size: sums stop at the largest number.
extension Int {
    /// A quantity in 10⁻¹⁵ of its unit.
    init(femto value: Double) { self = Int(Swift.min(Swift.max((value * 1e15).rounded(), -0x1p62), 0x1p62)) }

    func saturatingSum(_ other: Int) -> Int {
        let (sum, overflows) = addingReportingOverflow(other)
        return overflows ? (other < 0 ? .min : .max) : sum
    }

    func saturatingProduct(_ other: Int) -> Int {
        let (product, overflows) = multipliedReportingOverflow(by: other)
        return overflows ? ((self < 0) == (other < 0) ? .max : .min) : product
    }
}
