import Networks
import Numerics

/// A stream of bits; a command stores the bit that is shown, another asks for it later.
///
/// Bellec et al. 2018 (NeurIPS 31). Four groups of inputs: bit 0, bit 1, store, recall. In every symbol but those of recall a random bit
/// is shown. Stores and recalls alternate: from a store to its recall 1 to `delay` symbols pass, evenly drawn; the last symbol is always a
/// recall, so that the label of a trial is that of its last window. Segments of a trial: its symbols.
enum StoreRecall: TrialTask {
    static let summary = "A bit is stored at one command and asked for at another (Bellec et al. 2018)"
    static let options = [
        TrialOption("symbols", .count(least: 2), 12, "symbols of a trial"),
        TrialOption("symbol", .time, 200, "how long a symbol lasts"),
        TrialOption("delay", .count(least: 1), 6, "most symbols from a store to its recall"),
        TrialOption("group", .count(least: 1), 25, "neurons of each of the four groups"),
    ]
    static let standardTrain = 2560
    static let standardTest = 512

    static func classes(_ values: TrialValues) -> [String] { ["0", "1"] }

    static func draw(_ count: Int, _ values: TrialValues, _ random: Philox) -> DataPart {
        let symbols = values.count("symbols")
        let length = values.steps("symbol")
        let group = values.count("group")
        var table = [UInt8](repeating: 0, count: count * symbols * 4 * group)
        var labels: [Int32] = []
        var windows: [[SampleTargets.Window]] = []
        for trial in 0..<count {
            let stream = random.split(trial)
            let bits = (0..<symbols).map { Int(stream.bits($0) & 1) }
            var recalled: [SampleTargets.Window] = []
            func raise(_ symbol: Int, _ which: Int) {
                let row = (trial * symbols + symbol) * 4 * group + which * group
                for n in 0..<group { table[row + n] = 1 }
            }
            var draw = symbols
            var store = 0
            var recalls: Set<Int> = []
            while store < symbols - 1 {
                let gap = 1 + stream.integer(draw, below: values.count("delay"))
                // A last pair must fit behind this recall; if none does, this is the last.
                let recall = store + gap > symbols - 3 ? symbols - 1 : store + gap
                raise(store, 2)
                raise(recall, 3)
                recalls.insert(recall)
                recalled.append(.init(steps: recall * length..<(recall + 1) * length, label: Int32(bits[store])))
                store = recall + 1 + stream.integer(draw + 1, below: 2)
                if store >= symbols - 1, recall < symbols - 1 { store = recall + 1 }
                draw += 2
            }
            for symbol in 0..<symbols where !recalls.contains(symbol) { raise(symbol, bits[symbol]) }
            labels.append(recalled.last?.label ?? 0)
            windows.append(recalled)
        }
        return DataPart(table: .bytes(table), shape: [symbols, 4 * group], scale: 1, labels: labels, targets: .windows(windows))
    }
}
