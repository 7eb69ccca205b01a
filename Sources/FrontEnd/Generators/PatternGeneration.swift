import Networks
import Numerics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Frozen Poisson noise comes in; sums of sines shall come out.
///
/// Bellec et al. 2020, supplementary note 4, after Nicola and Clopath 2017: each output is a sum of sines with the periods 1, 1/2, 1/3
/// and 1/5 of the duration, amplitudes even in 0.5...2, phases even in 0...2π, scaled so that its largest magnitude is 1. Every trial is
/// another pattern with noise of its own; as a rule there is one. The test trials are the training trials.
enum PatternGeneration: TrialTask {
    static let summary = "Frozen noise drives sums of sines (Bellec et al. 2020)"
    static let options = [
        TrialOption("duration", .time, 1000, "length of the pattern, and of its slowest sine"),
        TrialOption("inputs", .count(least: 1), 100, "neurons that send the noise"),
        TrialOption("rate", .number, 50, "of the noise, in Hz"),
        TrialOption("outputs", .count(least: 1), 1, "sums of sines"),
    ]
    static let standardTrain = 1
    static let standardTest = 1
    private static let periods = [1.0, 2, 3, 5]

    static func classes(_ values: TrialValues) -> [String] { (0..<values.count("outputs")).map { "output \($0)" } }

    static func draw(_ count: Int, _ values: TrialValues, _ random: Philox) -> DataPart {
        let steps = values.steps("duration")
        let inputs = values.count("inputs")
        let outputs = values.count("outputs")
        var table = [UInt8](repeating: 0, count: count * steps * inputs)
        var series = [Float](repeating: 0, count: count * steps * outputs)
        for trial in 0..<count {
            let noise = random.split(2 * trial)
            let shape = random.split(2 * trial + 1)
            for neuron in 0..<inputs {
                SpikeChance(values["rate"] * values.timestep / 1000).forEachSpike(of: neuron, in: 0..<steps, noise) { step in
                    table[(trial * steps + step) * inputs + neuron] = 1
                }
            }
            for output in 0..<outputs {
                var sums = [Double](repeating: 0, count: steps)
                for (index, period) in periods.enumerated() {
                    let draw = 2 * (output * periods.count + index)
                    let amplitude = 0.5 + 1.5 * shape.uniform(draw)
                    let phase = 2 * Double.pi * shape.uniform(draw + 1)
                    for step in 0..<steps { sums[step] += amplitude * sin(2 * Double.pi * period * Double(step) / Double(steps) + phase) }
                }
                let largest = sums.reduce(0) { max($0, abs($1)) }
                for step in 0..<steps { series[(trial * steps + step) * outputs + output] = Float(sums[step] / largest) }
            }
        }
        return DataPart(
            table: .bytes(table), shape: [steps, inputs], scale: 1, labels: [Int32](repeating: 0, count: count),
            targets: .series(series, outputs: outputs, steps: steps))
    }
}
