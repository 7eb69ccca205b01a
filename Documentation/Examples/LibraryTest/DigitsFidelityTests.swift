import Spikewright
import Testing

/// How a team checks in its own tests that a network survives the lowering to its chip.
@Suite struct DigitsFidelityTests {
    @Test func digitsLoseLittleOnLoihi() throws {
        var options = VerificationOptions()
        options.samples = 100
        let report = try verify(Model(at: "digits"), on: .loihi2, options: options)
        #expect(report.drop <= 0.01, "\(report.text)")
        #expect(report.agreement >= 0.99)
    }

    @Test func digitsFitOneCoreOfLoihi() throws {
        let graph = try lower(Model(at: "digits"), to: .loihi1)
        #expect(graph.cores.count == 1)
    }
}
