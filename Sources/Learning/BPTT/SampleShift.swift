import Numerics

/// Moves samples by a few places along their last two axes, zeros moving in: more samples than there are.
struct SampleShift: Sendable {
    private let rows: Int
    private let columns: Int
    private let limit: Int
    private let random: Philox

    /// - Parameter shape: of the input population, at least two axes.
    init(_ shape: [Int], limit: Int, seed: UInt64) {
        rows = shape[shape.count - 2]
        columns = shape[shape.count - 1]
        self.limit = limit
        random = Philox(seed: seed, purpose: "bptt/shift")
    }

    func move(_ values: [Float], sample: Int, presentation: Int) -> [Float] {
        let stream = random.split(presentation).split(sample)
        let down = stream.integer(0, below: 2 * limit + 1) - limit
        let right = stream.integer(1, below: 2 * limit + 1) - limit
        if down == 0, right == 0 { return values }
        var moved = [Float](repeating: 0, count: values.count)
        for plane in stride(from: 0, to: values.count - rows * columns + 1, by: rows * columns) {
            for row in max(0, down)..<max(max(0, down), rows + min(0, down)) {
                for column in max(0, right)..<max(max(0, right), columns + min(0, right)) {
                    moved[plane + row * columns + column] = values[plane + (row - down) * columns + column - right]
                }
            }
        }
        return moved
    }
}
