// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A process with an open device, event loops, and threads that start others all the time, which gives up its rights: as
 * {@code USER GROUP}, or without arguments staying who it is. Prints how many threads have which rights then, what
 * became of the device, and whether it can open another.
 */
final class PrivilegesProbe {
    private static volatile boolean stopping;

    private PrivilegesProbe() {}

    public static void main(String... arguments) throws Exception {
        TunDevice device = TunDevice.open(TunDeviceConfig.builder()
                .name("tl0")
                .address(InterfaceAddress.parse("10.7.0.1/24"))
                .build());
        var group = new MultiThreadIoEventLoopGroup(2, EpollIoHandler.newFactory());
        group.forEach(loop -> loop.submit(() -> {}).syncUninterruptibly());
        Stream.generate(PrivilegesProbe::startSpawner).limit(2).forEach(Thread::start);
        // Loads the classes that tell of failure and of the rights, which this user may read and the next perhaps not.
        System.out.println(openAnother() + " with " + rightsOfThreads().size() + " kinds of rights");

        if (arguments.length == 0) {
            Privileges.drop();
        } else {
            Privileges.dropTo(arguments[0], arguments[1]);
        }
        Map<String, Long> rights = rightsOfThreads();
        stopping = true;
        rights.forEach((status, threads) -> System.out.println("threads " + status));
        System.out.println("wrote " + PacketBuffers.write(device, PacketBuffers.ping("10.7.0.2", "10.7.0.1")));
        System.out.println("counted " + device.statistics().rxPackets());
        System.out.println(openAnother());
        group.shutdownGracefully();
    }

    private static Thread startSpawner() {
        return new Thread(() -> {
            while (!stopping) {
                var child = new Thread(() -> {});
                child.start();
                try {
                    child.join();
                } catch (InterruptedException cause) {
                    return;
                }
            }
        });
    }

    private static String openAnother() {
        try (TunDevice device =
                TunDevice.open(TunDeviceConfig.builder().name("tl1").build())) {
            return "opened " + device.name();
        } catch (TunException failure) {
            return "refused: " + failure.getMessage();
        }
    }

    private static Map<String, Long> rightsOfThreads() throws IOException {
        try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
            return tasks.map(PrivilegesProbe::rights)
                    .filter(rights -> !rights.isEmpty())
                    .collect(Collectors.groupingBy(rights -> rights, TreeMap::new, Collectors.counting()));
        }
    }

    /** Empty for a thread that has ended. */
    private static String rights(Path task) {
        try {
            return Files.readAllLines(task.resolve("status")).stream()
                    .filter(line -> line.matches("(Uid|Gid|Groups|NoNewPrivs|Cap...):.*"))
                    .map(line -> line.replaceAll("\\s+", " ").strip())
                    .collect(Collectors.joining(" "));
        } catch (IOException ended) {
            return "";
        }
    }
}
