/// Something that knows a whole network in a chip's numbers, registers included: what an engine that learns in them starts from.
package protocol QuantizedSource: Sendable {
    var quantized: QuantizedNetwork { get }
}
