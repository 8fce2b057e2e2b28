// SPDX-License-Identifier: Apache-2.0
package io.tunloop.bench.report;

import io.tunloop.testing.Tools;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** The machine's Chromium without a window. It reaches no network, and its profile is gone with it. */
final class Browser implements AutoCloseable {
    private final ChromeDriver driver;

    private Browser(ChromeDriver driver) {
        this.driver = driver;
    }

    /**
     * Skips the test where there is no Chromium.
     *
     * @param scratch for what it would leave in /tmp
     */
    static Browser start(Path scratch) {
        Tools.require("chromium", "chromedriver");
        ChromeOptions options = new ChromeOptions();
        options.setBinary(Tools.path("chromium").toString());
        // Without its sandbox, which root cannot have; /dev/shm is small in containers.
        options.addArguments("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu");
        options.addArguments("--host-resolver-rules=MAP * ~NOTFOUND", "--hide-scrollbars");
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        options.setCapability(ChromeOptions.LOGGING_PREFS, logs);
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(Tools.path("chromedriver").toFile())
                .withEnvironment(Map.of("TMPDIR", scratch.toString()))
                .build();
        return new Browser(new ChromeDriver(service, options));
    }

    /** @param width of the page, whatever a window's least width is */
    void open(Path page, int width, int height, String scheme) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
        setScheme(scheme);
        driver.get(page.toUri().toString());
    }

    /** @param scheme {@code light} or {@code dark} */
    void setScheme(String scheme) {
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    }

    /** What the page's function returns; the driver waits for a promise. */
    @SuppressWarnings("unchecked")
    <T> T eval(String script, Object... arguments) {
        return (T) driver.executeScript(script, arguments);
    }

    /** Everything that the page or the browser complained of since the last call. */
    List<String> complaints() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .map(Object::toString)
                .toList();
    }

    @Override
    public void close() {
        driver.quit();
    }
}
