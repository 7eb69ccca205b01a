import FrontEnd
import Learning
import Networks
import Numerics
import Simulation
import Testing

/// The forward pass of training beside the reference engine: the same spikes, the same membrane potentials.
@Suite struct ForwardTests {
    /// Sums are made in another order, so that potentials may differ in their last bits.
    static let tolerance = 1e-9

    @Test(arguments: GradientCheckTests.cells + GradientCheckTests.shapes + GradientCheckTests.losses)
    func `training computes what the reference engine computes`(_ small: SmallNetwork) throws {
        let network = small.network
        let (task, readout) = (try #require(network.task), try #require(network.readout))
        let samples = SmallNetwork.samples
        let trace = ForwardTrace(network, samples, steps: task.steps, readout: readout)
        let engine = try ReferenceEngine<Double>(network)
        let spiking = network.populations.ids.filter { network.populations[$0].cell.neuron?.spikes == true }
        let out = network.populations[readout.population].name
        var request = RecordingRequest(spikes: Set(spiking.map { network.populations[$0].name }), membranes: [out])
        request.spikes.formUnion(RecordingRequest(for: readout, named: out).spikes)
        let rest = try #require(network.dynamics(of: readout.population)).rest
        var total = 0
        for sample in 0..<samples.count {
            var encoder = StimulusEncoder(network, steps: task.steps)
            engine.reset()
            let recording = try engine.run(encoder.stimulus(samples, sample), steps: task.steps, record: request)
            for id in spiking {
                let population = network.populations[id]
                var expected = [Double](repeating: 0, count: task.steps * population.size)
                for spike in recording.spikes[population.name] ?? [] {
                    expected[Int(spike.step) * population.size + Int(spike.neuron)] = 1
                }
                #expect(trace.outputs[id.index][sample] == expected, "spikes of '\(population.name)', sample \(sample)")
                total += expected.count { $0 == 1 }
            }
            let membranes = try #require(recording.membranes[out])
            for (place, v) in trace.membranes[sample].enumerated() {
                #expect(abs(v + rest[place % rest.count] - membranes[place]) < Self.tolerance)
            }
            if network.populations[readout.population].cell.neuron?.kind != .rate {
                let decoded = Decoding(readout, named: out, size: rest.count, from: recording)
                #expect(trace.predictions[sample] == decoded.label)
            }
        }
        #expect(total > 5 || spiking.isEmpty, "too few spikes to tell")
    }
}
