import Networks
import Numerics

/// A sequence of numbers, two of them marked; their mean is asked for at the end.
///
/// Hochreiter and Schmidhuber 1997, experiment 4. Two inputs: the number (even in 0...1), and the mark (0 or 1); one mark falls into the
/// first half of the sequence and one into the second. The target is half the sum, so that it lies in 0...1.
enum Adding: TrialTask {
    static let summary = "The mean of the two marked numbers of a sequence (Hochreiter and Schmidhuber 1997)"
    static let options = [
        TrialOption("numbers", .count(least: 2), 10, "numbers of a sequence"),
        TrialOption("number", .time, 20, "how long each lasts"),
        TrialOption("answer", .time, 50, "silence at the end, in which the answer is asked for"),
    ]
    static let standardTrain = 3200
    static let standardTest = 512

    static func classes(_ values: TrialValues) -> [String] { ["mean"] }

    static func draw(_ count: Int, _ values: TrialValues, _ random: Philox) -> DataPart {
        let numbers = values.count("numbers")
        let length = values.steps("number")
        let answer = values.steps("answer")
        let steps = numbers * length + answer
        var table = [Float](repeating: 0, count: count * steps * 2)
        var series = [Float](repeating: .nan, count: count * steps)
        for trial in 0..<count {
            let stream = random.split(trial)
            let drawn = (0..<numbers).map { stream.uniform(2 + $0) }
            let first = stream.integer(0, below: numbers / 2)
            let second = numbers / 2 + stream.integer(1, below: numbers - numbers / 2)
            for step in 0..<numbers * length {
                let number = step / length
                table[(trial * steps + step) * 2] = Float(drawn[number])
                table[(trial * steps + step) * 2 + 1] = number == first || number == second ? 1 : 0
            }
            let target = Float((drawn[first] + drawn[second]) / 2)
            for step in steps - answer..<steps { series[trial * steps + step] = target }
        }
        return DataPart(
            table: .floats(table), shape: [steps, 2], scale: 1, labels: [Int32](repeating: 0, count: count),
            targets: .series(series, outputs: 1, steps: steps))
    }
}
