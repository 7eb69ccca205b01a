import Foundation

/// A chart of lines over numbers, as SVG: learning curves, membrane traces, sweeps.
///
/// Deterministic: the same numbers give the same text.
public struct Chart: Hashable, Sendable {
    public struct Line: Hashable, Sendable {
        public var name: String
        /// Ascending by x; points that are not finite break the line.
        public var points: [Point]
        /// Drawn dashed, in the colour of the line before it and without a name of its own: what that line is compared with.
        public var isCompanion: Bool

        public init(_ name: String, _ points: [Point], isCompanion: Bool = false) {
            self.name = name
            self.points = points
            self.isCompanion = isCompanion
        }

        /// One value for each whole x, from `first` on.
        public init(_ name: String, values: [Double], first: Int = 0) {
            self.init(name, values.enumerated().map { Point(x: Double(first + $0.offset), y: $0.element) })
        }
    }

    public struct Point: Hashable, Sendable {
        public var x: Double
        public var y: Double

        public init(x: Double, y: Double) {
            self.x = x
            self.y = y
        }
    }

    public var title: String
    /// With its unit.
    public var xTitle: String
    public var yTitle: String
    public var lines: [Line]
    /// A dashed horizontal line: a goal, a threshold.
    public var level: Double?
    /// In pixels.
    public var width = 640.0
    public var height = 360.0

    public init(_ title: String, x: String, y: String, lines: [Line], level: Double? = nil) {
        self.title = title
        (xTitle, yTitle) = (x, y)
        self.lines = lines
        self.level = level
    }

    /// Okabe and Ito's colours, which stay apart for colour-blind readers.
    private static let colors = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"]
    private static let margin = (left: 64.0, right: 16.0, top: 34.0, bottom: 46.0)
    /// Room for the names of several lines, right of them.
    private static let namesWidth = 130.0
    /// Points of a line of so few are marked.
    private static let mostMarked = 24
    /// More points than this in a line are averaged over equal numbers of neighbours, so that a long curve stays a small file.
    private static let mostPoints = 600

    public var svg: String {
        let lines = lines.map { Line($0.name, Self.thinned($0.points), isCompanion: $0.isCompanion) }
        let isNamed = lines.count { !$0.isCompanion } > 1
        let finite = lines.flatMap(\.points).filter { $0.x.isFinite && $0.y.isFinite }
        let xTicks = Self.ticks(finite.map(\.x))
        let yTicks = Self.ticks(finite.map(\.y) + (level.map { [$0] } ?? []))
        let (left, right) = (Self.margin.left, width - Self.margin.right - (isNamed ? Self.namesWidth : 0))
        let (top, bottom) = (Self.margin.top, height - Self.margin.bottom)
        func x(_ value: Double) -> Double { left + (value - xTicks.low) / (xTicks.high - xTicks.low) * (right - left) }
        func y(_ value: Double) -> Double { bottom - (value - yTicks.low) / (yTicks.high - yTicks.low) * (bottom - top) }

        var parts = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(Self.text(width))\" height=\"\(Self.text(height))\" "
                + "viewBox=\"0 0 \(Self.text(width)) \(Self.text(height))\" font-family=\"DejaVu Sans, sans-serif\" font-size=\"11\">",
            "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>",
            "<text x=\"\(Self.text(left))\" y=\"20\" font-size=\"14\">\(Self.escaped(title))</text>",
        ]
        for value in xTicks.values {
            parts.append(Self.rule(x(value), top, x(value), bottom, "#e5e5e5"))
            parts.append(Self.label(Self.number(value), x(value), bottom + 15, "middle"))
        }
        for value in yTicks.values {
            parts.append(Self.rule(left, y(value), right, y(value), "#e5e5e5"))
            parts.append(Self.label(Self.number(value), left - 6, y(value) + 4, "end"))
        }
        parts.append(Self.label(xTitle, (left + right) / 2, height - 10, "middle"))
        parts.append(
            "<text transform=\"translate(14 \(Self.text((top + bottom) / 2))) rotate(-90)\" text-anchor=\"middle\">\(Self.escaped(yTitle))</text>"
        )
        if let level {
            parts.append(
                "<line x1=\"\(Self.text(left))\" y1=\"\(Self.text(y(level)))\" x2=\"\(Self.text(right))\" y2=\"\(Self.text(y(level)))\" "
                    + "stroke=\"#777\" stroke-dasharray=\"5 4\"/>")
        }
        var index = -1
        for line in lines {
            if !line.isCompanion { index += 1 }
            let color = Self.colors[max(index, 0) % Self.colors.count]
            for run in line.points.split(whereSeparator: { !$0.x.isFinite || !$0.y.isFinite }) {
                let points = run.map { "\(Self.text(x($0.x))),\(Self.text(y($0.y)))" }.joined(separator: " ")
                parts.append(
                    "<polyline fill=\"none\" stroke=\"\(color)\" stroke-width=\"\(line.isCompanion ? "1" : "1.5")\""
                        + "\(line.isCompanion ? " stroke-dasharray=\"3 3\"" : "") points=\"\(points)\"/>")
                guard !line.isCompanion, run.count <= Self.mostMarked else { continue }
                for point in run {
                    parts.append("<circle cx=\"\(Self.text(x(point.x)))\" cy=\"\(Self.text(y(point.y)))\" r=\"2.5\" fill=\"\(color)\"/>")
                }
            }
            guard isNamed, !line.isCompanion else { continue }
            let place = top + 8 + 15 * Double(index)
            parts.append(
                "<line x1=\"\(Self.text(right + 10))\" y1=\"\(Self.text(place))\" x2=\"\(Self.text(right + 28))\" y2=\"\(Self.text(place))\" "
                    + "stroke=\"\(color)\" stroke-width=\"2\"/>")
            parts.append(Self.label(line.name, right + 33, place + 4, "start"))
        }
        parts.append(Self.rule(left, top, left, bottom, "#333"))
        parts.append(Self.rule(left, bottom, right, bottom, "#333"))
        return parts.joined(separator: "\n") + "\n</svg>\n"
    }

    // MARK: Scales

    /// Whole multiples of 1, 2 or 5 times a power of ten that enclose the values, about six of them.
    static func ticks(_ values: [Double]) -> (low: Double, high: Double, values: [Double]) {
        var low = values.min() ?? 0
        var high = values.max() ?? 1
        if high - low < 1e-12 * max(1, abs(high)) { (low, high) = (low - 0.5, high + 0.5) }
        let rough = (high - low) / 6
        let power = pow(10, floor(log10(rough)))
        let unit = [1.0, 2, 5, 10].first { $0 * power >= rough }.map { $0 * power } ?? 10 * power
        let first = Int((low / unit).rounded(.down))
        let last = Int((high / unit).rounded(.up))
        return (Double(first) * unit, Double(last) * unit, (first...last).map { Double($0) * unit })
    }

    private static func thinned(_ points: [Point]) -> [Point] {
        guard points.count > mostPoints else { return points }
        let group = (points.count + mostPoints - 1) / mostPoints
        return stride(from: 0, to: points.count, by: group).map { start in
            let part = points[start..<min(points.count, start + group)]
            return Point(x: part.reduce(0) { $0 + $1.x } / Double(part.count), y: part.reduce(0) { $0 + $1.y } / Double(part.count))
        }
    }

    // MARK: Text

    private static func number(_ value: Double) -> String { abs(value) < 1e-12 ? "0" : String(format: "%.6g", value) }
    private static func text(_ value: Double) -> String { String(format: "%.5g", value) }

    private static func escaped(_ text: String) -> String {
        text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;").replacingOccurrences(
            of: ">", with: "&gt;")
    }

    private static func rule(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ color: String) -> String {
        "<line x1=\"\(text(x1))\" y1=\"\(text(y1))\" x2=\"\(text(x2))\" y2=\"\(text(y2))\" stroke=\"\(color)\"/>"
    }

    private static func label(_ content: String, _ x: Double, _ y: Double, _ anchor: String) -> String {
        "<text x=\"\(text(x))\" y=\"\(text(y))\" text-anchor=\"\(anchor)\">\(escaped(content))</text>"
    }
}
