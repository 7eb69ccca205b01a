import Drawing
import Testing

@Suite struct ChartTests {
    @Test func `a chart shows its lines, names and level`() {
        let chart = Chart(
            "error < goal", x: "batch", y: "error",
            lines: [.init("a", values: [0.5, 0.4, .nan, 0.2, 0.1]), .init("b", values: [0.3, 0.3])], level: 0.07)
        let svg = chart.svg
        #expect(svg.contains("error &lt; goal"))
        // A point that is not a number breaks the line.
        #expect(svg.split(separator: "<polyline").count - 1 == 3)
        #expect(svg.contains("stroke-dasharray"))
        #expect(!svg.contains("nan"))
        #expect(chart.svg == svg)
    }

    @Test func `a long line becomes a small file`() {
        let svg = Chart("long", x: "step", y: "v", lines: [.init("v", values: (0..<100_000).map { Double($0 % 7) })]).svg
        #expect(svg.utf8.count < 20_000)
    }

    @Test(arguments: [[], [1], [2, 2], [1e-9, 2e-9], [-1e6, 1e6]]) func `any values can be drawn`(values: [Double]) {
        let svg = Chart("values", x: "x", y: "y", lines: [.init("v", values: values)]).svg
        #expect(!svg.contains("nan") && !svg.contains("inf"))
    }
}
