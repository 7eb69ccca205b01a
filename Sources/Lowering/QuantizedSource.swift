package import Diagnostics
package import Networks

/// Something that knows a whole network in a chip's numbers, registers included: what an engine that learns in them starts from.
package protocol QuantizedSource: Sendable {
    /// At the start.
    var quantized: QuantizedNetwork { get }

    /// A network of the same shape with other weights, as the pass that lowers it would.
    func quantized(_ network: Network) throws(DiagnosticsError) -> QuantizedNetwork
}
