import Chips
public import Networks
public import Numerics

/// The synapses of one source neuron in the chip's integers, targets ascending.
public struct QuantizedRow: Sendable {
    public var targets: [Int32] = []
    /// Mantissas, multiples of the format's step within its range. Zero mantissas are left out.
    public var mantissas: [Int32] = []
    /// Stored delays: steps beyond the one that every spike takes.
    public var delays: [Int32] = []

    public init() {}

    @inlinable public var count: Int { targets.count }

    mutating func removeAll() {
        targets.removeAll(keepingCapacity: true)
        mantissas.removeAll(keepingCapacity: true)
        delays.removeAll(keepingCapacity: true)
    }
}

/// Produces any row of a quantized projection, at any time, identically.
public struct QuantizedRows: Sendable {
    public let rows: SynapseRows
    public let synapses: QuantizedSynapses
    let quantizer: WeightQuantizer
    let maximumDelay: Int
    /// The receptor of every synapse, excitatory 0 or inhibitory 1; nil: by its sign.
    public let receptor: Int?

    public init(_ id: ID<Projection>, of network: QuantizedNetwork) {
        rows = SynapseRows(id, of: network.network)
        synapses = network.synapses(of: id)
        quantizer = WeightQuantizer(id, of: network.network, synapses: synapses, format: network.chip.formats.weight)
        maximumDelay = network.chip.formats.delay.upperBound
        receptor =
            switch network.network.projections[id].receptor {
            case .excitatory: 0
            case .inhibitory: 1
            case .bySign: nil
            }
    }

    /// The whole row of `source`; `scratch` is reused from call to call.
    public func read(_ source: Int, scratch: inout SynapseRow, into row: inout QuantizedRow) {
        read(source, targets: 0..<rows.targetCount, scratch: &scratch, into: &row)
    }

    /// The synapses of `source` onto `targets`.
    public func read(_ source: Int, targets: Range<Int>, scratch: inout SynapseRow, into row: inout QuantizedRow) {
        rows.read(source, targets: targets, into: &scratch)
        row.removeAll()
        var occurrence = 0
        for n in 0..<scratch.count {
            let target = scratch.targets[n]
            occurrence = n > 0 && scratch.targets[n - 1] == target ? occurrence + 1 : 0
            let mantissa = quantizer.mantissa(scratch.weights[n], source: source, target: Int(target), occurrence: occurrence)
            guard mantissa != 0 else { continue }
            row.targets.append(target)
            row.mantissas.append(Int32(truncatingIfNeeded: mantissa))
            row.delays.append(Int32(truncatingIfNeeded: min(max(Int(scratch.delays[n]) - synapses.delayOffset, 0), maximumDelay)))
        }
    }
}
