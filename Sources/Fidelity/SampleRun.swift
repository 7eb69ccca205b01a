import Diagnostics
import Networks
import Numerics
import Simulation

/// One form of a network over a range of samples.
struct SampleRun {
    /// The answer to each sample; 0 without a readout.
    var labels: [Int] = []
    /// [sample][population, as in `recorded`].
    var spikes: [[[Recording.Spike]]] = []
}

/// What is run on both forms: samples, their stimuli, and how the answer is read.
struct Trial: Sendable {
    let network: Network
    /// Names of the populations whose spikes are compared.
    let recorded: [String]
    let steps: Int
    /// The stimulus of each sample.
    let stimulus: @Sendable (Int) throws(DiagnosticsError) -> Stimulus

    private var readoutName: String? { network.readout.map { network.populations[$0.population].name } }

    private func request(keepsSpikes: Bool) -> RecordingRequest {
        var request = RecordingRequest()
        if let readout = network.readout, let readoutName { request = RecordingRequest(for: readout, named: readoutName) }
        if keepsSpikes { request.spikes.formUnion(recorded) }
        return request
    }

    /// Runs the samples one after the other, each from the state at the start.
    func run(_ samples: Range<Int>, on engine: inout some Engine, keepsSpikes: Bool) throws(DiagnosticsError) -> SampleRun {
        let request = request(keepsSpikes: keepsSpikes)
        var result = SampleRun()
        for sample in samples {
            engine.reset()
            let recording = try engine.run(try stimulus(sample), steps: steps, record: request)
            if let readout = network.readout, let readoutName {
                let size = network.populations[readout.population].size
                result.labels.append(Decoding(readout, named: readoutName, size: size, from: recording).label)
            } else {
                result.labels.append(0)
            }
            if keepsSpikes { result.spikes.append(recorded.map { recording.spikes[$0] ?? [] }) }
        }
        return result
    }
}
