import Passes
import Storage
import Support
import Testing

/// Drivers of a bus for given row selects, against a complete enumeration of another origin (`golden/brainscales`): every feasible case is
/// solved, every other one is proved to have no solution.
@Suite struct BrainScaleSDriverVectors {
    @Test func `every feasible case is solved and every other one refused`() throws {
        let path = vectorsFolder("golden/brainscales") + "/padi_driver_allocation.json"
        let cases = try #require(JSONValue(file: path)["cases"]?.array)
        try #require(!cases.isEmpty)
        for (number, item) in cases.enumerated() {
            let requests = try #require(item["requests"]?.array).map { request in
                DriverAllocation.Request(
                    selects: [try #require(request["row_select_label"]?.int)], drivers: try #require(request["num_drivers"]?.int))
            }
            let isFeasible = try #require(item["feasible"]?.bool as Bool?)
            let allocation = DriverAllocation(requests, selectBits: 5, driversPerBus: 32)
            #expect((allocation != nil) == isFeasible, "case \(number)")
            guard let allocation else { continue }
            var used: Set<Int> = []
            for (request, drivers) in zip(requests, allocation.drivers) {
                #expect(drivers.count == request.drivers, "case \(number)")
                for driver in drivers {
                    #expect(used.insert(driver.index).inserted, "case \(number): driver \(driver.index) is used twice")
                    let forwarded = requests.filter { ($0.selects[0] ^ driver.index) & driver.mask == 0 }
                    #expect(forwarded == [request], "case \(number): driver \(driver.index) forwards \(forwarded.count) groups")
                }
            }
        }
    }
}
