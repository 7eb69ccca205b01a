import Networks
import Numerics

/// Cues to the left and right while the network runs along; after a delay it must say which side had more.
///
/// Bellec et al. 2020 (Nature Communications 11:3625), after Morcos and Harvey 2016. Four groups of inputs: left cues, right cues, recall,
/// noise. Each trial prefers one side, which every cue takes with `probability`; the label is the side that had more cues. Rates are
/// relative to the encoder's `max`. Segments of a trial: (cue, pause) for each cue, delay, recall.
enum EvidenceAccumulation: TrialTask {
    static let summary = "Cues to two sides; after a delay, which side had more? (Bellec et al. 2020)"
    static let options = [
        TrialOption("cues", .count(least: 1), 7, "cues of a trial; odd, so that one side has more"),
        TrialOption("cue", .time, 100, "how long a cue lasts"),
        TrialOption("pause", .time, 50, "silence after each cue"),
        TrialOption("delay", .time, 1050, "silence after the last pause"),
        TrialOption("recall", .time, 150, "how long the answer is asked for"),
        TrialOption("group", .count(least: 1), 10, "neurons of each of the four groups"),
        TrialOption("probability", .fraction, 0.7, "of a cue on the preferred side"),
        TrialOption("noise", .fraction, 0.25, "rate of the noise group, relative to that of a cue"),
    ]
    static let standardTrain = 3200
    static let standardTest = 512

    static func classes(_ values: TrialValues) -> [String] { ["left", "right"] }

    static func draw(_ count: Int, _ values: TrialValues, _ random: Philox) -> DataPart {
        let cues = values.count("cues")
        let group = values.count("group")
        let segments = 2 * cues + 2
        let noise = UInt8((100 * values["noise"]).rounded())
        var table = [UInt8](repeating: 0, count: count * segments * 4 * group)
        var labels: [Int32] = []
        for trial in 0..<count {
            let stream = random.split(trial)
            let right = stream.uniform(0) < 0.5 ? values["probability"] : 1 - values["probability"]
            var sum = 0
            for segment in 0..<segments {
                let row = (trial * segments + segment) * 4 * group
                func raise(_ which: Int, to level: UInt8) { for n in 0..<group { table[row + which * group + n] = level } }
                raise(3, to: noise)
                if segment == segments - 1 { raise(2, to: 100) }
                guard segment < 2 * cues, segment % 2 == 0 else { continue }
                let side = stream.uniform(1 + segment / 2) < right ? 1 : 0
                sum += side
                raise(side, to: 100)
            }
            labels.append(2 * sum > cues ? 1 : 0)
        }
        let end = cues * (values.steps("cue") + values.steps("pause")) + values.steps("delay") + values.steps("recall")
        let window = end - values.steps("recall")..<end
        return DataPart(
            table: .bytes(table), shape: [segments, 4 * group], scale: 100, labels: labels,
            targets: .windows(labels.map { [SampleTargets.Window(steps: window, label: $0)] }))
    }
}
