import Diagnostics
import Networks

/// What comes from outside in a run, by the machine's inputs, with values turned into payloads.
struct HostEvents: Sendable {
    struct Input: Sendable {
        /// Events of step t: `offsets[t]..<offsets[t + 1]`; beyond the stimulus nothing happens.
        var offsets: [Int32] = [0]
        var neurons: [Int32] = []
        var payloads: [Int32]?
        var pending = EmulatedMachine.PendingEvents()
    }

    private(set) var inputs: [Input]
    let steps: Int

    /// Checks the stimulus against the machine: names, numbers of neurons, order of offsets.
    init(
        _ stimulus: Stimulus, steps: Int, image: MachineImage, pending: [EmulatedMachine.PendingEvents]
    ) throws(DiagnosticsError) {
        self.steps = steps
        inputs = pending.map { Input(pending: $0) }
        for (name, events) in stimulus.populations {
            guard let number = image.inputs.firstIndex(where: { $0.name == name }) else {
                throw Self.fault(
                    "emulator-unknown-input", "the stimulus has events for '\(name)', which is no input of the artifact",
                    help: image.inputs.isEmpty
                        ? "the artifact has no inputs" : "its inputs are \(image.inputs.map(\.name).joined(separator: ", "))")
            }
            let input = image.inputs[number]
            guard events.offsets.first == 0, events.offsets.last == Int32(events.neurons.count),
                zip(events.offsets, events.offsets.dropFirst()).allSatisfy({ $0 <= $1 }),
                events.values.isEmpty || events.values.count == events.neurons.count
            else {
                throw Self.fault(
                    "emulator-stimulus-form", "the events of '\(name)' are not in rows: offsets, neurons and values do not fit together",
                    help: "offsets ascend from 0 to the number of events, and there is a value for each event or for none")
            }
            if let stranger = events.neurons.first(where: { $0 < 0 || $0 >= input.size }) {
                throw Self.fault(
                    "emulator-stimulus-neuron", "the stimulus names neuron \(stranger) of '\(name)', which has \(input.size)",
                    help: "number neurons from 0 to \(input.size - 1)")
            }
            inputs[number].offsets = events.offsets
            inputs[number].neurons = events.neurons
            if !events.values.isEmpty {
                inputs[number].payloads = events.values.map { Self.payload($0, of: input) }
            } else if !Self.namesNeuronsOnce(events) {
                // Two spikes of a neuron in a step are two packets of payload 1.
                inputs[number].payloads = events.neurons.map { _ in 1 }
            }
        }
    }

    /// Whether no neuron has two events in a step.
    private static func namesNeuronsOnce(_ events: Stimulus.Events) -> Bool {
        for step in 0..<events.steps {
            let range = Int(events.offsets[step])..<Int(events.offsets[step + 1])
            for index in range.dropFirst() where events.neurons[index] <= events.neurons[index - 1] { return false }
        }
        return true
    }

    /// A value as the integer that a spike carries: nearest, cut to the payload's bits.
    private static func payload(_ value: Float, of input: InputImage) -> Int32 {
        if input.payloadBits == 0 { return value == 0 ? 0 : 1 }
        let limit = Double((1 << (input.payloadBits - 1)) - 1)
        let scaled = (Double(value) * input.payloadScale).rounded(.toNearestOrEven)
        return scaled.isNaN ? 0 : Int32(min(max(scaled, -limit), limit))
    }

    private static func fault(_ id: String, _ message: String, help: String) -> DiagnosticsError {
        DiagnosticsError(Diagnostic(id, message, help: help))
    }

    /// Events of the step before `step`: those that act in it.
    func before(_ step: Int, _ input: Int) -> Range<Int> {
        let offsets = inputs[input].offsets
        guard step >= 1, step < offsets.count else { return 0..<0 }
        return Int(offsets[step - 1])..<Int(offsets[step])
    }

    /// The events of the last step.
    var last: [EmulatedMachine.PendingEvents] {
        inputs.indices.map { input in
            let range = before(steps, input)
            return .init(neurons: Array(inputs[input].neurons[range]), payloads: inputs[input].payloads.map { Array($0[range]) })
        }
    }
}
