import Numerics

/// Draws which places of a batch are to be predicted from which.
///
/// Convolutional layers predict a place from the one `distance` rows above it; layers with one place predict one view of a sample from
/// another. A saccade takes the present from another sample of the batch.
struct CLAPPPairs: Sendable {
    /// Both kinds at every place, instead of one of them, drawn for each sample.
    var isSymmetric: Bool
    /// Saccades that are averaged where both kinds count.
    var negatives: Int
    var distance: Int

    /// - Parameters:
    ///   - places: [height, width] of the layer.
    ///   - samples: of the batch; with two views the views of sample s are s and samples + s.
    func draw(places: [Int], samples: Int, hasViews: Bool, random: Philox) -> [CLAPPLayer.Pair] {
        let (height, width) = (places[0], places[1])
        let area = height * width
        var pairs: [CLAPPLayer.Pair] = []
        var counter = 0
        func drawn(below bound: Int) -> Int {
            counter += 1
            return random.integer(counter, below: bound)
        }
        /// Any of the other samples.
        func other(than sample: Int) -> Int {
            let drawn = drawn(below: max(1, samples - 1))
            return samples < 2 ? sample : drawn < sample ? drawn : drawn + 1
        }
        let isSpatial = area > 1
        for sample in 0..<samples {
            let fixates = drawn(below: 2) == 1
            let stranger = other(than: sample)
            for y in 0..<(isSpatial ? max(0, height - distance) : 1) {
                for x in 0..<width {
                    let past = sample * area + y * width + x
                    func now(_ sample: Int) -> Int {
                        isSpatial ? sample * area + (y + distance) * width + x : (hasViews ? samples : 0) + sample
                    }
                    if !isSymmetric {
                        pairs.append(.init(past: past, now: now(fixates ? sample : stranger), isFixation: fixates))
                        continue
                    }
                    pairs.append(.init(past: past, now: now(sample), isFixation: true))
                    for _ in 0..<negatives {
                        let stranger = other(than: sample)
                        // From any place of the other sample.
                        let now = isSpatial ? stranger * area + drawn(below: area) : now(stranger)
                        pairs.append(.init(past: past, now: now, isFixation: false, weight: 1 / Double(negatives)))
                    }
                }
            }
        }
        return pairs
    }
}
