import Chips
import Diagnostics
import Networks
import Passes
import Support
import Testing

/// What the chip lacks is refused by name, with a cure.
@Suite struct RefusalTests {
    private func refusals(_ change: (inout NeuronModel) -> Void, kind: NeuronModel.Kind = .leaky, chip: Chip = .testMesh()) -> [String] {
        var model = NeuronModel(kind)
        change(&model)
        do throws(DiagnosticsError) {
            _ = try Quantization(to: chip).run(QuantizationTests.network(model))
            return []
        } catch {
            #expect(error.isRefusal)
            #expect(error.diagnostics.allSatisfy { $0.help != nil && $0.message.contains("hidden") })
            return error.diagnostics.map(\.id)
        }
    }

    @Test func adaptation() { #expect(refusals({ _ in }, kind: .adaptive) == ["quantize-adaptation"]) }
    @Test func rateUnits() { #expect(refusals({ _ in }, kind: .rate) == ["quantize-rate-unit"]) }
    @Test func alphaCurrents() { #expect(refusals({ _ in }, kind: .currentAlpha) == ["quantize-alpha-synapse"]) }
    @Test func longRefractory() { #expect(refusals({ $0[.tauRefrac] = .uniform(80) }) == ["quantize-refractory"]) }
    @Test func lateSubtraction() { #expect(refusals({ $0.reset = .subtractNext }) == ["quantize-reset"]) }
    @Test func thresholdBelowReset() { #expect(refusals({ $0[.vReset] = .uniform(2) }) == ["quantize-threshold"]) }

    @Test func subtraction() {
        #expect(refusals({ $0.reset = .subtract }) == ["quantize-reset"])
        #expect(refusals({ $0.reset = .subtract }, chip: .testMesh(resets: [.zero, .subtract])) == [])
    }

    @Test func twoTimeConstants() {
        #expect(refusals({ $0[.tauSynI] = .uniform(10) }, kind: .currentExponential) == ["quantize-two-time-constants"])
    }
}
