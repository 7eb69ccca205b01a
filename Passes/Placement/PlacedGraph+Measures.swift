import Chips
public import Lowering
import Numerics

extension PlacedGraph {
    /// Expected links per time step that packets cross, each on a shortest way: what placement makes small.
    public var hops: Double {
        switch coreGraph.quantized.chip.topology {
        case .mesh(let mesh):
            CoreTraffic(coreGraph).hops(physicalCores.map { mesh.router(ofCore: $0) }, distance: mesh.distance)
        case .hexagonalTorus(let torus):
            CoreTraffic(coreGraph).hops(physicalCores.map { torus.router(ofCore: $0) }, distance: torus.distance)
        case .crossbar: 0
        }
    }

    /// No placement has fewer hops: every core's heaviest partners on the nearest cells, as if it were alone (the star bound).
    public var hopsLowerBound: Double {
        switch coreGraph.quantized.chip.topology {
        case .mesh(let mesh): CoreTraffic(coreGraph).starBound(on: mesh)
        case .hexagonalTorus:
            // A packet for several cores crosses a link once, so the bound is that of the trees.
            TorusBound.length(TorusNets(coreGraph), cores: coreGraph.quantized.chip.usableCoresPerChip.max() ?? 0)
        case .crossbar: 0
        }
    }
}

extension CoreTraffic {
    /// Half the sum over cores of their weights times the distances of the nearest cells, the heaviest first.
    ///
    /// A tile has `coresPerTile` cells, and at distance d there are at most 4d tiles.
    func starBound(on mesh: Mesh) -> Double {
        var bound = 0.0
        for core in 0..<count {
            var (distance, left) = (0, mesh.coresPerTile - 1)
            for weight in weights[neighbours(of: core)].sorted(by: >) {
                while left == 0 {
                    distance += 1
                    left = 4 * distance * mesh.coresPerTile
                }
                bound += weight * Double(distance)
                left -= 1
            }
        }
        return bound / 2
    }
}
