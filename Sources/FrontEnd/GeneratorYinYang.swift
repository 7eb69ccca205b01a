/// The yin-yang data set (Kriener, Göltz and Petrovici 2022, NICE '22): points of a disc in the pattern of the symbol.
///
/// Features x, y, 1 - x, 1 - y, all in 0...1; classes 0 yin, 1 yang, 2 dot, in equal shares. The published sets are seed 42 with 5,000
/// samples (training), 41 with 1,000 (validation) and 40 with 1,000 (test); this generator gives the same bits.
public struct YinYang: Hashable, Sendable {
    /// [count × 4], row-major.
    public var features: [Double]
    public var labels: [UInt8]

    public static let classes = ["yin", "yang", "dot"]
    public static let sampleSize = 4

    /// Radius of the disc, and its centre in x and y.
    static let largeRadius = 0.5
    /// Radius of the two dots.
    static let smallRadius = 0.1

    /// Draws `count` samples: first the class, then points until one has it.
    public init(count: Int, seed: UInt32) {
        var random = MersenneTwister(seed: seed)
        features = []
        features.reserveCapacity(count * Self.sampleSize)
        labels = []
        labels.reserveCapacity(count)
        for _ in 0..<count {
            let wanted = UInt8(random.integer(below: 3))
            var (x, y) = (0.0, 0.0)
            repeat {
                x = random.uniform() * 2 * Self.largeRadius
                y = random.uniform() * 2 * Self.largeRadius
            } while Self.distance(x, y, from: Self.largeRadius) > Self.largeRadius || Self.label(x, y) != wanted
            features += [x, y, 1 - x, 1 - y]
            labels.append(wanted)
        }
    }

    /// The class of a point of the disc.
    public static func label(_ x: Double, _ y: Double) -> UInt8 {
        let right = distance(x, y, from: 1.5 * largeRadius)
        let left = distance(x, y, from: 0.5 * largeRadius)
        if right < smallRadius || left < smallRadius { return 2 }
        // The published program names this condition `is_yin` and calls class 1 yang all the same.
        let isFirst =
            right <= smallRadius || left > smallRadius && left <= 0.5 * largeRadius || y > largeRadius && right > 0.5 * largeRadius
        return isFirst ? 1 : 0
    }

    /// From the point (centre, largeRadius); squares and a square root in this order, as the published program has them.
    private static func distance(_ x: Double, _ y: Double, from centre: Double) -> Double {
        ((x - centre) * (x - centre) + (y - largeRadius) * (y - largeRadius)).squareRoot()
    }
}
