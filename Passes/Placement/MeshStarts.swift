import Chips
import Numerics

/// First placements on a mesh, for exchanges to better.
struct MeshStarts {
    /// Physical core of each virtual one.
    private(set) var placements: [[Int]] = []

    /// Directions over half a turn: two smooth vectors span a plane, and which turn of it suits the mesh is not known.
    private static let directions: [(Double, Double)] = [
        (1, 0), (4, 1), (2, 1), (4, 3), (1, 1), (3, 4), (1, 2), (1, 4), (0, 1), (-1, 4), (-1, 2), (-3, 4), (-1, 1), (-4, 3), (-2, 1),
        (-4, 1),
    ]

    init(_ traffic: CoreTraffic, on mesh: Mesh, in region: MeshRegion) {
        let count = traffic.count
        let vectors = count > 2 ? traffic.smoothVectors(2) : []
        var orders = [Array(0..<count)]
        if let smoothest = vectors.first { orders.append(Self.order(by: smoothest)) }
        for order in orders {
            for curve in region.curves {
                var cores = [Int](repeating: 0, count: count)
                for (place, core) in order.enumerated() { cores[core] = curve[place] }
                placements.append(cores)
            }
        }
        if vectors.count == 2 {
            let cells = region.rectangle(holding: count, on: mesh)
            for (a, b) in Self.directions {
                let x = (0..<count).map { a * vectors[0][$0] + b * vectors[1][$0] }
                let y = (0..<count).map { a * vectors[1][$0] - b * vectors[0][$0] }
                placements.append(Self.spread(x, y, over: cells, on: mesh))
            }
        }
    }

    private static func order(by values: [Double]) -> [Int] { values.indices.sorted { (values[$0], $0) < (values[$1], $1) } }

    /// Cores cut into columns by one vector, each column filled by another.
    private static func spread(_ x: [Double], _ y: [Double], over cells: [Int], on mesh: Mesh) -> [Int] {
        let columns = Dictionary(grouping: cells) { mesh.position(ofRouter: mesh.router(ofCore: $0)).x }
        var cores = [Int](repeating: 0, count: x.count)
        var rest = order(by: x)[...]
        var room = cells.count
        for column in columns.keys.sorted() {
            let places = columns[column] ?? []
            // All columns get an equal share of what they could hold.
            let share = min(places.count, (rest.count * places.count + room - 1) / room)
            for (place, core) in rest.prefix(share).sorted(by: { (y[$0], $0) < (y[$1], $1) }).enumerated() {
                cores[core] = places[place * places.count / share]
            }
            rest = rest.dropFirst(share)
            room -= places.count
        }
        return cores
    }
}

extension MeshRegion {
    /// The cells of the smallest rectangle from the region's first corner, as square as possible, that holds so many cores.
    func rectangle(holding count: Int, on mesh: Mesh) -> [Int] {
        let cells = curves[0].sorted().map { (cell: $0, at: mesh.position(ofRouter: mesh.router(ofCore: $0))) }
        guard let left = cells.map(\.at.x).min(), let top = cells.map(\.at.y).min() else { return [] }
        var (width, height) = (1, 1)
        while true {
            let inside = cells.filter { $0.at.x < left + width && $0.at.y < top + height }
            if inside.count >= count || inside.count == cells.count { return inside.map(\.cell) }
            if (width <= height && left + width < mesh.width) || top + height >= mesh.height { width += 1 } else { height += 1 }
        }
    }
}
