import Chips
public import Lowering
import Networks
import Numerics
public import Storage

/// What the format of a chip's weights costs one projection.
public struct WeightLoss: Hashable, Sendable {
    public var projection: String
    public var synapses: Int
    /// Weights that were not zero and became zero.
    public var zeroed: Int
    /// Weights beyond the range, moved to its end.
    public var clipped: Int
    /// The exponent that its weights share; the shift of the ring buffer where the chip has them.
    public var exponent: Int
    /// The root mean square error, as a fraction of the largest weight.
    public var relativeError: Double
    /// What all inputs of a neuron would bring to a ring buffer if they came at once, as a fraction of what it holds: above 1 it can
    /// saturate. Nil where the chip has no ring buffers.
    public var bufferFill: Double?

    /// By projection, in order.
    public static func all(in quantized: QuantizedNetwork) -> [WeightLoss] {
        let network = quantized.network
        let fills = bufferFills(quantized)
        return network.projections.ids.map { id in
            let (synapses, error) = (quantized.synapses(of: id), quantized.synapses(of: id).error)
            let largest = max(abs(error.lowest), abs(error.highest))
            return WeightLoss(
                projection: network.projections[id].name, synapses: error.synapses, zeroed: error.zeroed, clipped: error.clipped,
                exponent: synapses.exponent, relativeError: largest > 0 ? error.rootMeanSquare / largest : 0, bufferFill: fills?[id.index])
        }
    }

    public static func table(_ losses: [WeightLoss]) -> String {
        let hasBuffers = losses.contains { $0.bufferFill != nil }
        var table = TextTable(
            header: ["projection", "synapses", hasBuffers ? "shift" : "exponent", "became 0", "clipped", "error / largest"]
                + (hasBuffers ? ["all at once / ring buffer"] : []))
        for loss in losses {
            table.add(
                [
                    loss.projection, "\(loss.synapses)", "\(loss.exponent)", "\(loss.zeroed)", "\(loss.clipped)",
                    number(100 * loss.relativeError, 4) + " %",
                ] + (loss.bufferFill.map { [number($0, 2)] } ?? []))
        }
        return table.text
    }

    public var json: JSONValue {
        .object(
            JSONObject([
                ("projection", .string(projection)), ("synapses", .integer(synapses)), ("zeroed", .integer(zeroed)),
                ("clipped", .integer(clipped)), ("exponent", .integer(exponent)), ("relative_error", .number(relativeError)),
                ("buffer_fill", bufferFill.map { .number($0) } ?? .null),
            ]))
    }

    /// By projection; of the fuller of the receptors that it reaches.
    private static func bufferFills(_ quantized: QuantizedNetwork) -> [Double]? {
        guard case .fixedPoint = quantized.chip.arithmetic else { return nil }
        let network = quantized.network
        var sums = network.populations.map { [[Int]](repeating: [Int](repeating: 0, count: $0.size), count: 2) }
        var receptors = [[Bool]](repeating: [false, false], count: network.projections.count)
        var (scratch, row) = (SynapseRow(), QuantizedRow())
        for id in network.projections.ids where quantized.neurons(of: network.projections[id].post) != nil {
            let rows = QuantizedRows(id, of: quantized)
            let forced = network.fixedPointReceptor(of: network.projections[id])
            let post = network.projections[id].post.index
            for source in 0..<rows.rows.sourceCount {
                rows.read(source, scratch: &scratch, into: &row)
                for n in 0..<row.count {
                    let receptor = forced ?? (row.mantissas[n] < 0 ? 1 : 0)
                    receptors[id.index][receptor] = true
                    sums[post][receptor][Int(row.targets[n])] += abs(Int(row.mantissas[n]))
                }
            }
        }
        return network.projections.ids.map { id in
            let most =
                (0..<2).filter { receptors[id.index][$0] }
                .map { sums[network.projections[id].post.index][$0].max() ?? 0 }.max() ?? 0
            return Double(most) / 65_535
        }
    }
}
