import Networks
import Numerics

/// A sample stimulus, a delay, a test stimulus: were they the same?
///
/// Groups of inputs: one for each stimulus, then one that asks for the answer, then noise. Segments of a trial: sample, delay, test,
/// answer. Half of the trials match.
enum DelayedMatch: TrialTask {
    static let summary = "Are the stimuli before and after a delay the same?"
    static let options = [
        TrialOption("stimuli", .count(least: 2), 2, "different stimuli"),
        TrialOption("stimulus", .time, 150, "how long a stimulus lasts"),
        TrialOption("delay", .time, 500, "silence between the two"),
        TrialOption("answer", .time, 150, "how long the answer is asked for"),
        TrialOption("group", .count(least: 1), 10, "neurons of each group"),
        TrialOption("noise", .fraction, 0.25, "rate of the noise group, relative to that of a stimulus"),
    ]
    static let standardTrain = 3200
    static let standardTest = 512

    static func classes(_ values: TrialValues) -> [String] { ["different", "same"] }

    static func draw(_ count: Int, _ values: TrialValues, _ random: Philox) -> DataPart {
        let stimuli = values.count("stimuli")
        let group = values.count("group")
        let width = (stimuli + 2) * group
        let noise = UInt8((100 * values["noise"]).rounded())
        var table = [UInt8](repeating: 0, count: count * 4 * width)
        var labels: [Int32] = []
        for trial in 0..<count {
            let stream = random.split(trial)
            let isMatch = stream.bits(0) & 1 == 1
            let sample = stream.integer(1, below: stimuli)
            let test = isMatch ? sample : (sample + 1 + stream.integer(2, below: stimuli - 1)) % stimuli
            for (segment, active) in [sample, nil, test, stimuli].enumerated() {
                let row = (trial * 4 + segment) * width
                for n in 0..<group {
                    table[row + (stimuli + 1) * group + n] = noise
                    if let active { table[row + active * group + n] = 100 }
                }
            }
            labels.append(isMatch ? 1 : 0)
        }
        let end = 2 * values.steps("stimulus") + values.steps("delay") + values.steps("answer")
        let window = end - values.steps("answer")..<end
        return DataPart(
            table: .bytes(table), shape: [4, width], scale: 100, labels: labels,
            targets: .windows(labels.map { [SampleTargets.Window(steps: window, label: $0)] }))
    }
}
