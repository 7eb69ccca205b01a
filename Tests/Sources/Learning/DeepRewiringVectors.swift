import Foundation
import Learning
import Storage
import Support
import Testing

/// The law of deep rewiring beside steps that were computed elsewhere: noise and picks are given, all else follows.
@Suite struct DeepRewiringVectors {
    static let folder = vectorsFolder("golden/learning")
    static let files = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
        .filter { $0.hasPrefix("deepr_") && $0.hasSuffix(".json") }.sorted()

    @Test func `there are vectors`() { #expect(!Self.files.isEmpty, "no deepr_*.json in \(Self.folder)") }

    @Test(arguments: files) func `thetas and active connections are those of the vectors`(file: String) throws {
        let vector = try JSONValue(file: "\(Self.folder)/\(file)")
        func numbers(_ value: JSONValue?, _ key: String) throws -> [Double] { try #require(value?[key]?.array).compactMap(\.double) }
        func number(_ key: String) throws -> Double { try #require(vector[key]?.double) }
        let (n, count) = (try #require(vector["n"]?.int), try #require(vector["K"]?.int))
        let (target, sign) = (try numbers(vector, "target"), try numbers(vector, "sign"))
        let rate = try number("eta")
        let law = RewiringLaw<Double>(
            rate: rate, shrinkage: try number("alpha"), noise: (2 * rate * (try number("temperature"))).squareRoot())
        let theta0 = try numbers(vector, "theta0")
        let table = ConnectionTable<Double>(sources: 1, targets: n, capacity: count)
        for place in try numbers(vector, "active0").map({ Int($0) }) { table.activate(place, theta: theta0[place], sign: sign[place]) }

        for (index, step) in try #require(vector["steps"]?.array).enumerated() {
            let noise = try numbers(step, "noise")
            for slot in 0..<table.count {
                let place = table.place(ofSlot: slot)
                let gradient = (table.weight(ofSlot: slot) - target[place]) * sign[place]
                table.theta[slot] = law.moved(table.theta[slot], gradient: gradient, normal: noise[place])
            }
            let before = Set((0..<table.count).map { table.place(ofSlot: $0) })
            let died = table.removeDormant()
            let dormant = before.filter { !table.isActive($0) }.sorted()
            #expect(dormant == (try numbers(step, "went_dormant").map { Int($0) }.sorted()), "step \(index)")
            let picks = try numbers(step, "pick_positions_in_sorted_dormant_list").map { Int($0) }
            #expect(picks.count == died)
            for pick in picks {
                let place = (0..<n).filter { !table.isActive($0) }[pick]
                table.activate(place, theta: 0, sign: sign[place])
            }
            #expect(table.count == count, "step \(index) has \(table.count) active connections")
            let active = (0..<table.count).map { table.place(ofSlot: $0) }
            #expect(active.sorted() == (try numbers(step, "active").map { Int($0) }), "step \(index)")
            let expected = try numbers(step, "theta")
            var loss = 0.0
            for place in 0..<n {
                let slot = active.firstIndex(of: place)
                let theta = slot.map { table.theta[$0] } ?? 0
                #expect(abs(theta - expected[place]) <= 4e-16 * max(1, abs(expected[place])), "step \(index), connection \(place)")
                let difference = (slot.map { table.weight(ofSlot: $0) } ?? 0) - target[place]
                loss += difference * difference / 2
            }
            #expect(abs(loss - (step["loss"]?.double ?? .nan)) <= 1e-14 * loss, "step \(index)")
        }
    }
}
