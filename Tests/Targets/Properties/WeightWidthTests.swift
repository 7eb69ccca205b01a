import Diagnostics
import Passes
import Spikewright
import Testing

/// Widths of weights that a chip lacks end in a message with those that it has, on every kind of arithmetic.
@Suite struct WeightWidthTests {
    @Test(arguments: ["loihi1", "loihi2", "spin5", "spinnaker2", "brainscales2"], [0, 3, 17, 99])
    func `a width that the chip lacks is refused`(target: String, bits: Int) throws {
        let chip = try Target(target).chip()
        guard !chip.formats.weight.bits.contains(bits) else { return }
        let network = try Model(at: target == "brainscales2" ? "yin-yang" : "digits").network
        let error = #expect(throws: DiagnosticsError.self) { try Quantization(to: chip, weightBits: bits).run(network) }
        #expect(error?.diagnostics.map(\.id) == ["quantize-weight-bits"])
        #expect(error?.diagnostics[0].message.contains(chip.formats.weight.bits.map(String.init).joined(separator: ", ")) == true)
    }
}
