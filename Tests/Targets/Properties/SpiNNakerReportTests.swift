import Foundation
import Spikewright
import Support
import Testing

/// What a user is told of a lowering to SpiNNaker: weights lost to a shift, full ring buffers, overload, full chips.
@Suite struct SpiNNakerReportTests {
    private func model(_ projections: String, sources: Int = 100, rate: Int = 20, steps: Int = 100) throws -> Model {
        let text = """
            spikewright: 1
            network: small
            setup: {timestep: 1 ms, seed: 3, steps: \(steps)}
            populations:
              pre: {size: \(sources), cell: {spike_source_poisson: {rate: \(rate)}}}
              post: {size: 100, cell: {if_curr_exp: {}}}
            projections:
              \(projections)
            """
        return Model(try readNetwork(text, file: "small.yaml").network)
    }

    /// One weight of 100 nA beside many of 1 pA: at a shift of 7 a step is 0.004 nA.
    @Test func smallWeightsBesideALargeOneAreReported() throws {
        let small = "- {pre: pre, post: post, connector: all_to_all, weight: 0.001}"
        let large = "- {pre: pre, post: post, connector: {list: [[0, 0, 100]]}, name: large}"
        let mixed = try model(small + "\n  " + large)
        let report = try verify(mixed, on: "spin5")
        let loss = try #require(report.weights.first)
        #expect(loss.zeroed == 10_000 && loss.synapses == 10_000 && abs(loss.relativeError - 1) < 1e-6)
        #expect(report.weights[1].zeroed == 0 && report.weights[1].exponent == loss.exponent)
        #expect(report.text.contains("became 0"))
        let json = try #require(report.json["weights"]?.array?.first)
        #expect(json["zeroed"]?.int == 10_000 && json["exponent"]?.int == loss.exponent && json["buffer_fill"]?.double != nil)
        let alone = try verify(model(small), on: "spin5")
        #expect(alone.weights[0].zeroed == 0 && alone.weights[0].relativeError < 0.02)
        try withTemporaryDirectory { folder in
            let compilation = try compile(mixed, for: "spin5", at: "\(folder)/out")
            #expect(compilation.text.contains("10000 of 10000 weights of 'pre->post' became 0 at a shift of \(loss.exponent)"))
            #expect(compilation.json["weights"]?.array?.first?["zeroed"]?.int == 10_000)
        }
    }

    /// A hundred weights of 0.9 nA, and a shift with which a ring buffer holds less than 1 nA.
    @Test func aShiftThatIsTooSmallSaturates() throws {
        let network = try model("- {pre: pre, post: post, connector: all_to_all, weight: 0.9}", rate: 200)
        var options = VerificationOptions()
        let calm = try verify(network, on: "spin5", options: options)
        options.lowering.ringBufferShift = 0
        let tight = try verify(network, on: "spin5", options: options)
        #expect(tight.weights[0].exponent == 0 && abs((tight.weights[0].bufferFill ?? 0) - 45) < 0.1)
        #expect(calm.weights[0].exponent > 0 && calm.overflows == 0)
        #expect(tight.overflows > 100 && tight.counters.first { $0.name == "weight_sums_saturated" }?.value == tight.overflows)
        #expect(tight.text.contains("sums of weights cut to 65,535"))
    }

    /// 300 sources that spike in every step bring 30,000 synapses a tick, and a core has time for 13,000.
    @Test func overloadIsReportedAndLateInRealTime() throws {
        let network = try model("- {pre: pre, post: post, connector: all_to_all, weight: 0.001}", sources: 300, rate: 1000, steps: 20)
        let report = try verify(network, on: "spin5")
        let core = try #require(report.busiestCore)
        #expect(core.overloadedSteps > 10 && core.mostSynapticOperations > 13_000 && core.label.contains("post(0:99)"))
        #expect(report.json["busiest_core"]?["overloaded_steps"]?.int == core.overloadedSteps)
        #expect(report.json["counters"]?["packets_late"]?.int == 0)
        try withTemporaryDirectory { folder in
            try "spikewright: 1\nchip: hurried\nbase: spin5\nfields: {real_time: 1}\nsources: {fields.real_time: test}\n"
                .write(toFile: "\(folder)/hurried.yaml", atomically: true, encoding: .utf8)
            let late = try verify(network, on: Target("\(folder)/hurried.yaml"))
            #expect((late.json["counters"]?["packets_late"]?.int ?? 0) > 100)
            #expect((late.json["counters"]?["packets_overrun"]?.int ?? 0) > 0)
            _ = try compile(network, for: "spin5", at: "\(folder)/out")
            let result = try simulate(artifact: "\(folder)/out", showing: network)
            #expect(result.json["cores"]?.array?.contains { ($0["overloaded_steps"]?.int ?? 0) > 10 } == true)
            #expect(result.text.contains("busiest cores") && result.json["links"]?.array != nil)
        }
    }

    @Test func chipsHaveOneMemory() throws {
        let network = try model("- {pre: pre, post: post, connector: all_to_all, weight: 0.001}")
        try withTemporaryDirectory { folder in
            try "spikewright: 1\nchip: poor\nbase: spin5\nfields: {sdram_bytes: 30000}\nsources: {fields.sdram_bytes: test}\n"
                .write(toFile: "\(folder)/poor.yaml", atomically: true, encoding: .utf8)
            let error = #expect(throws: DiagnosticsError.self) {
                try compile(network, for: Target("\(folder)/poor.yaml"), at: "\(folder)/out")
            }
            #expect(error?.isRefusal == true && error?.diagnostics.map(\.id) == ["fit-sdram"])
            #expect(!FileManager.default.fileExists(atPath: "\(folder)/out"))
            // The same in PACMAN's format: a core may take its share of what the machine says.
            let chips = (0..<2).map { "[\($0), 0, {\"cores\": 18, \"ethernet\": [0, 0]}]" }.joined(separator: ", ")
            try "{\"width\": 2, \"height\": 1, \"standardResources\": {\"routerEntries\": 1023, \"sdram\": 160000}, \"chips\": [\(chips)]}"
                .write(toFile: "\(folder)/machine.json", atomically: true, encoding: .utf8)
            let machine = try Target("\(folder)/machine.json").chip()
            #expect(machine.resources.first { $0.name == "sdram" }?.limit == 10_000)
            #expect(machine.fields.first { $0.name == "sdram_bytes" }?.value == "160000")
        }
    }

    /// Resets that the released cells lack run in Spikewright's own cell: as in the reference, but for rounding.
    @Test(arguments: ["subtract_next", "subtract", "to_value"], ["blocked", "held"]) func ownCellsReset(reset: String, refractory: String)
        throws
    {
        let cell =
            "{alif: {tau_m: 20, v_thresh: 0.6, tau_refrac: 3, tau_adapt: 100, beta: 0.05, reset: \(reset), refractory: \(refractory)}}"
        let text = """
            spikewright: 1
            network: adaptive
            setup: {timestep: 1 ms, seed: 3, steps: 300}
            populations:
              pre: {size: 30, cell: {spike_source_poisson: {rate: 60}}}
              post: {size: 40, cell: \(cell), units: normalized}
            projections:
              - {pre: pre, post: post, connector: all_to_all, weight: {normal: {mean: 0.03, sigma: 0.05}}}
            """
        let report = try verify(Model(try readNetwork(text, file: "adaptive.yaml").network), on: "spin5")
        #expect(report.populations[0].referenceRate > 0.01)
        #expect(report.populations[0].countCorrelation > 0.99, "\(report.text)")
    }
}
