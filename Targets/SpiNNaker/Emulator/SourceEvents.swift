import Diagnostics
import Networks

/// What the host gives the source cores in a run.
struct SourceEvents: Sendable {
    private let events: HostEvents
    /// By core: the input and the first of its neurons there; nil for cores that are no source.
    private let parts: [(input: Int, neurons: Range<Int>)?]

    /// Checks the stimulus against the machine.
    init(_ stimulus: Stimulus, steps: Int, image: SpiNNakerImage) throws(DiagnosticsError) {
        let inputs = image.inputs.map { InputImage(name: $0.name, size: $0.size, payloadScale: 1, payloadBits: 0) }
        events = try HostEvents(
            stimulus, steps: steps, image: MachineImage(chip: image.chip, cores: [], populations: [], inputs: inputs),
            pending: inputs.map { _ in EmulatedMachine.PendingEvents() })
        var parts: [(input: Int, neurons: Range<Int>)?] = image.cores.map { _ in nil }
        for (number, input) in image.inputs.enumerated() {
            for part in input.parts { parts[part.core] = (number, part.neurons) }
        }
        self.parts = parts
    }

    /// Writes what a source core sends in a step: each neuron once, with how often it spikes; neurons ascend.
    /// - Returns: how many.
    func post(_ core: Int, step: Int, size: Int, to list: UnsafeMutableBufferPointer<Int32>) -> Int {
        guard let (number, neurons) = parts[core] else { return 0 }
        let input = events.inputs[number]
        guard step + 1 < input.offsets.count else { return 0 }
        let range = Int(input.offsets[step])..<Int(input.offsets[step + 1])
        // Neurons ascend within a step in what encoders give; what does not is sorted first.
        var isAscending = true
        for index in range.dropFirst() where input.neurons[index] < input.neurons[index - 1] { isAscending = false }
        let order = isAscending ? nil : range.sorted { (input.neurons[$0], $0) < (input.neurons[$1], $1) }
        var count = 0
        var (last, times) = (-1, 0)
        for place in 0..<range.count {
            let index = order?[place] ?? range.lowerBound + place
            let neuron = Int(input.neurons[index])
            guard neurons.contains(neuron), input.payloads?[index] != 0 else { continue }
            let local = neuron - neurons.lowerBound
            if local == last {
                times += 1
                list[count - 1] = PostedSpike.make(local, times: times)
            } else {
                (last, times) = (local, 1)
                list[count] = PostedSpike.make(local, times: 1)
                count += 1
            }
        }
        return count
    }
}
