/// The state of an emulated delay extension: it counts the spikes of each tick and sends them again, a stage's steps later each time.
///
/// Counters are bytes and stay at 255 (references: sPyNNaker's `delay_extension.c`); a count above 1 is one packet with a payload.
struct RunningDelay: Sendable {
    private let program: DelayProgram
    private let slots: Int
    /// [tick mod slots][neuron].
    private var counts: [UInt8]
    private(set) var counters = CoreCounters()

    init(_ program: DelayProgram) {
        self.program = program
        slots = program.stages * program.stepsPerStage + 1
        counts = [UInt8](repeating: 0, count: slots * program.neurons)
    }

    /// Back to the state before the first tick; counters stay.
    mutating func reset() { for index in counts.indices { counts[index] = 0 } }

    /// Counts the packets that were sent in the tick before, `tick - 1`.
    mutating func receive(_ feeds: [DeliveryPlan.Feed], from board: OpenSpikeBoard, page: Int, tick: Int) {
        let sentAt = tick - 1
        guard sentAt >= 0 else { return }
        let start = sentAt % slots * program.neurons
        let colour = UInt16(1) << UInt16(truncatingIfNeeded: sentAt & 15)
        var packets = 0
        for feed in feeds where feed.colours & colour != 0 {
            for spike in board.spikes(of: feed.source, page: page) {
                let key = spike & 0xFF_FFFF
                guard feed.keys.contains(key) else { continue }
                packets += 1
                let neuron = Int(key + feed.offset)
                guard (0..<program.neurons).contains(neuron) else {
                    counters.badRows += 1
                    continue
                }
                let sum = Int(counts[start + neuron]) + Int(PostedSpike.times(spike))
                if sum > 255 { counters.saturations += 1 }
                counts[start + neuron] = UInt8(min(sum, 255))
            }
        }
        counters.packets += packets
        counters.mostPacketsInTick = max(counters.mostPacketsInTick, packets)
    }

    /// Sends what is due in `tick`.
    /// - Parameter spikes: room for neurons × stages; numbers of keys: stage · neurons + neuron, ascending.
    /// - Returns: how many packets.
    mutating func send(tick: Int, spikes: UnsafeMutableBufferPointer<Int32>) -> Int {
        var count = 0
        for stage in 0..<program.stages {
            let origin = tick - (stage + 1) * program.stepsPerStage
            guard origin >= 0 else { break }
            let start = origin % slots * program.neurons
            for neuron in 0..<program.neurons where counts[start + neuron] > 0 {
                spikes[count] = PostedSpike.make(stage * program.neurons + neuron, times: Int(counts[start + neuron]))
                count += 1
            }
        }
        // The last stage was the tick's last use.
        let last = tick - program.stages * program.stepsPerStage
        if last >= 0 { for neuron in 0..<program.neurons { counts[last % slots * program.neurons + neuron] = 0 } }
        return count
    }
}
