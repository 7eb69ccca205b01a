import Chips
import Simulation

/// The ways of packets between routers: along x first, then along y, unless the image states another. A spike takes one packet to every
/// core that it reaches.
struct MeshTraffic: Sendable {
    /// By core and inlet: the links on the way from the source, as indices into `links`; nil where the host sends.
    private let paths: [[[Int32]?]]
    private let links: [RouterLink]
    private let isEastWest: [Bool]

    init(_ image: MachineImage) {
        var numbers: [RouterLink: Int32] = [:]
        var links: [RouterLink] = []
        var isEastWest: [Bool] = []
        guard case .mesh(let mesh) = image.chip.topology else { preconditionFailure("bug: a mesh machine on another topology") }
        paths = image.cores.map { core in
            core.inlets.map { inlet in
                guard inlet.source < image.cores.count else { return nil }
                let route =
                    inlet.route
                    ?? mesh.straightPath(from: mesh.router(ofCore: image.cores[inlet.source].number), to: mesh.router(ofCore: core.number))
                return zip(route, route.dropFirst()).map { from, to in
                    let link = RouterLink(from: from, to: to)
                    if let number = numbers[link] { return number }
                    let number = Int32(links.count)
                    numbers[link] = number
                    links.append(link)
                    isEastWest.append(mesh.position(ofRouter: from).y == mesh.position(ofRouter: to).y)
                    return number
                }
            }
        }
        self.links = links
        self.isEastWest = isEastWest
    }

    /// What the packets of each core's inlets mean for the links.
    struct Count {
        var packets = 0
        var packetsWithinTile = 0
        var hopsEastWest = 0
        var hopsNorthSouth = 0
        var linkLoads: [EmulatorStatistics.Link] = []
    }

    func count(_ packets: [[Int]]) -> Count {
        var count = Count()
        var loads = [Int](repeating: 0, count: links.count)
        for (core, inlets) in packets.enumerated() {
            for (inlet, number) in inlets.enumerated() {
                count.packets += number
                guard let path = paths[core][inlet] else { continue }
                if path.isEmpty { count.packetsWithinTile += number }
                for link in path {
                    loads[Int(link)] += number
                    if isEastWest[Int(link)] { count.hopsEastWest += number } else { count.hopsNorthSouth += number }
                }
            }
        }
        for (link, load) in zip(links, loads) where load > 0 {
            count.linkLoads.append(.init(from: link.from, to: link.to, packets: load))
        }
        count.linkLoads.sort { ($0.from, $0.to) < ($1.from, $1.to) }
        return count
    }

    /// Links along x and along y of the longest way that any packet may take.
    var longestWay: (eastWest: Int, northSouth: Int) {
        var longest = (eastWest: 0, northSouth: 0)
        for path in paths.joined() {
            guard let path else { continue }
            let eastWest = path.count { isEastWest[Int($0)] }
            if path.count > longest.eastWest + longest.northSouth { longest = (eastWest, path.count - eastWest) }
        }
        return longest
    }
}
