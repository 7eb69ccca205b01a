import Diagnostics
import Fidelity
import Foundation
import Spikewright
import Support
import Testing

@Suite struct VerificationTests {
    private func model(_ weight: String = "{normal: {sigma: 0.6}}", cell: String = "{lif: {tau_m: 10 ms}}") throws -> Model {
        let text = """
            spikewright: 1
            network: small
            setup: {seed: 3, steps: 200}
            populations:
              source: {size: 10, cell: {spike_source_poisson: {rate: 100}}}
              hidden: {size: 20, cell: \(cell), units: normalized}
              out: {size: 5, cell: \(cell), units: normalized}
            projections:
              - {pre: source, post: hidden, connector: all_to_all, weight: \(weight)}
              - {pre: hidden, post: out, connector: all_to_all, weight: \(weight), delay: 3 ms}
            """
        return Model(try readNetwork(text, file: "small.yaml").network)
    }

    /// A network without a task is compared by its spikes alone.
    @Test func withoutATaskSpikesAreCompared() throws {
        let report = try verify(model(), on: .loihi1)
        #expect(report.metric == "spike_count_correlation")
        #expect(report.samples == 1 && report.attribution.isEmpty)
        #expect(report.lowered > 0.95, "\(report.text)")
        #expect(report.populations.map(\.name) == ["hidden", "out"])
    }

    /// Weights of 0 or 1 and an integrator without leak lose nothing: the lowered form is the reference, spike for spike.
    @Test func whatTheChipHoldsExactlyIsIdentical() throws {
        let report = try verify(model("1", cell: "{if: {v_thresh: 3}}"), on: .loihi2)
        for population in report.populations {
            #expect(population.identicalSamples == 1 && population.countCorrelation == 1 && population.spikeTimeDistance == 0)
            #expect(population.referenceRate > 0.01, "the comparison is of something")
        }
        #expect(report.drop == 0)
    }

    @Test func threadsDoNotShow() throws {
        var options = VerificationOptions()
        options.samples = 30
        var reports: [FidelityReport] = []
        for threads in [1, 2] {
            options.threads = threads
            var report = try verify(Model(at: "\(Golden.repository)/Models/digits.yaml"), on: .loihi2, options: options)
            report.seconds = 0
            reports.append(report)
        }
        #expect(reports[0] == reports[1])
        #expect(reports[0].attribution.map(\.step) == ["weights", "decays and thresholds", "delays", "rounding and saturation"])
        #expect(abs(reports[0].attribution.reduce(0) { $0 + $1.drop } - reports[0].drop) < 1e-12)
    }

    /// A readout that follows numbers is judged by its square error, and the loss is told apart as that of answers is.
    @Test func numbersAreJudgedByWhatTheyExplain() throws {
        var options = VerificationOptions()
        options.samples = 40
        let report = try verify(Model(at: "\(Golden.repository)/Models/adding.yaml"), on: .loihi2, options: options)
        #expect(report.metric == "explained_variance" && report.reference > 0.85, "\(report.text)")
        #expect(abs(report.drop) < 0.1, "\(report.text)")
        #expect(report.attribution.count == 4)
        #expect(abs(report.attribution.reduce(0) { $0 + $1.drop } - report.drop) < 1e-12)
    }

    /// Numbers in time are values as those of `direct` are: a chip whose spikes carry none refuses them.
    @Test func numbersInTimeNeedSpikesWithValues() throws {
        #expect(throws: DiagnosticsError.self) { try verify(Model(at: "\(Golden.repository)/Models/adding.yaml"), on: "spin5") }
    }
}
