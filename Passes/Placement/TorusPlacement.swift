import Chips
import Numerics

/// Gives every core of a core graph a chip of a torus, so that multicast trees are short.
struct TorusPlacement {
    /// By core: its router.
    private(set) var routers: [Int32] = []

    init(_ nets: TorusNets, _ machine: TorusMachine, rounds: Int) {
        if let chip = machine.capacity.indices.first(where: { machine.capacity[$0] >= nets.coreCount }) {
            routers = [Int32](repeating: Int32(chip), count: nets.coreCount)
            return
        }
        let side = max(machine.torus.width, machine.torus.height)
        let order = (0..<machine.routerCount).sorted { left, right in
            func place(_ router: Int) -> (Int, Int) {
                let (x, y) = machine.torus.position(ofRouter: router)
                return (MeshRegion.hilbertIndex(x, y, side: side), router)
            }
            return place(left) < place(right)
        }
        for router in order {
            for _ in 0..<machine.capacity[router] where routers.count < nets.coreCount { routers.append(Int32(router)) }
        }
    }
}
