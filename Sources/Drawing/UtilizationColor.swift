import Foundation

/// The colours of a drawing: a ramp from pale to dark that is also read in grey, for fractions from 0 to 1.
enum Ramp {
    /// Stops of ColorBrewer's YlGnBu (Brewer, 2002), light to dark.
    private static let stops: [SIMD3<Double>] = [
        SIMD3(255, 255, 217), SIMD3(199, 233, 180), SIMD3(127, 205, 187), SIMD3(65, 182, 196), SIMD3(34, 94, 168), SIMD3(8, 29, 88),
    ]

    static func color(_ fraction: Double) -> String {
        let place = min(max(fraction, 0), 1) * Double(stops.count - 1)
        let index = min(Int(place), stops.count - 2)
        let mixed = stops[index] + (stops[index + 1] - stops[index]) * (place - Double(index))
        return String(format: "#%02x%02x%02x", Int(mixed.x.rounded()), Int(mixed.y.rounded()), Int(mixed.z.rounded()))
    }

    /// Black or white, whichever is read on `color(fraction)`.
    static func ink(on fraction: Double) -> String { fraction > 0.62 ? "#ffffff" : "#1a1a1a" }

    /// Links: from a pale to a strong red.
    static func linkColor(_ fraction: Double) -> String {
        let pale = SIMD3<Double>(253, 187, 132)
        let strong = SIMD3<Double>(179, 0, 0)
        let mixed = pale + (strong - pale) * min(max(fraction, 0), 1)
        return String(format: "#%02x%02x%02x", Int(mixed.x.rounded()), Int(mixed.y.rounded()), Int(mixed.z.rounded()))
    }
}
