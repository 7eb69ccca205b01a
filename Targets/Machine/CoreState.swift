import Simulation

/// The state of an emulated core, and its part of a step.
struct CoreState: Sendable {
    var input: SynapticInput
    var compartments: CompartmentState
    /// In place of the compartments, where neurons compute in single precision.
    private var floatingPoint: FloatingPointCore?
    /// Packets that came in through each inlet.
    var packets: [Int]
    var spikes = 0
    /// Spikes of recorded parts, by part, in the order in which they happened.
    var recorded: [[Recording.Spike]] = []

    init(_ image: CoreImage) {
        input = SynapticInput(image.bank)
        compartments = CompartmentState(count: image.registers.count, isAdaptive: image.registers.adaptation != nil)
        compartments.membrane = image.initialMembrane
        packets = [Int](repeating: 0, count: image.inlets.count)
        floatingPoint = image.floatingPoint
    }

    /// In the core's units.
    @inline(__always)
    func membrane(of neuron: Int) -> Double {
        floatingPoint.map { Double($0.membrane(of: neuron)) } ?? Double(compartments.membrane(of: neuron))
    }

    /// Back to the state before the first step; counters stay.
    mutating func reset(_ image: CoreImage) {
        input.clear()
        compartments.clear()
        compartments.membrane = image.initialMembrane
        floatingPoint?.reset()
    }

    /// Takes the spikes of one source in the step before.
    /// - Parameters:
    ///   - spikes: compartments or neurons of the source, below the length of the inlet's table.
    ///   - payloads: parallel to `spikes`; nil: spikes carry nothing, and no neuron is named twice.
    @inline(__always)
    mutating func accept(
        _ spikes: UnsafeBufferPointer<Int32>, payloads: UnsafeBufferPointer<Int32>?, through inlet: Inlet, _ index: Int, of image: CoreImage
    ) {
        var count = 0
        if let payloads {
            // Values, or host events that name a neuron twice.
            for (place, spike) in spikes.enumerated() {
                let axon = inlet.axons[Int(spike)]
                if axon < 0 { continue }
                count += 1
                input.accept(axon: Int(axon), payload: payloads[place], of: image.bank)
            }
        } else {
            count = input.accept(spikes, through: inlet.axons, of: image.bank)
        }
        packets[index] &+= count
    }

    /// Delivers what was accepted and moves the compartments on.
    /// - Parameter values: receives what spikes carry, where the core sends values.
    /// - Returns: how many spiked.
    @inline(__always)
    mutating func step(
        _ image: CoreImage, spikes list: UnsafeMutableBufferPointer<Int32>, values: UnsafeMutableBufferPointer<Int32>
    ) -> Int {
        input.deliver(image.bank)
        let count =
            image.floatingPoint == nil
            ? Self.step(&input.ring, &compartments, image, list, values)
            : Self.step(&input.ring, &floatingPoint, list, image.sendsValues ? values.baseAddress : nil)
        spikes &+= count
        return count
    }

    @inline(__always)
    private static func step(
        _ ring: inout ArrivalRing, _ compartments: inout CompartmentState, _ image: CoreImage, _ list: UnsafeMutableBufferPointer<Int32>,
        _ values: UnsafeMutableBufferPointer<Int32>
    ) -> Int {
        let count = ring.consume { compartments.step(image.registers, law: image.law, arrivals: $0, spikes: list) }
        guard let units = image.registers.graded else { return count }
        return compartments.sendValues(units, spikes: list, count: count, values: values)
    }

    private static func step(
        _ ring: inout ArrivalRing, _ neurons: inout FloatingPointCore?, _ list: UnsafeMutableBufferPointer<Int32>,
        _ values: UnsafeMutablePointer<Int32>?
    ) -> Int {
        guard let room = list.baseAddress else { return 0 }
        return ring.consume { neurons?.update($0, spikes: room, values: values) ?? 0 }
    }
}
