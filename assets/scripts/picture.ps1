# Starts the demo, waits for its window and takes a picture of the screen.
param(
    [Parameter(Mandatory)][string]$Program,
    [Parameter(Mandatory)][string]$Picture,
    [int]$Seconds = 20
)
$ErrorActionPreference = 'Stop'
Add-Type -AssemblyName System.Windows.Forms, System.Drawing
$demo = Start-Process -FilePath (Resolve-Path $Program) -ArgumentList 'demo' -PassThru
try {
    Start-Sleep -Seconds $Seconds
    if ($demo.HasExited) { throw "the demo ended with code $($demo.ExitCode)" }
    $screen = [System.Windows.Forms.SystemInformation]::VirtualScreen
    $bitmap = New-Object System.Drawing.Bitmap $screen.Width, $screen.Height
    $graphics = [System.Drawing.Graphics]::FromImage($bitmap)
    $graphics.CopyFromScreen($screen.Location, [System.Drawing.Point]::Empty, $screen.Size)
    $bitmap.Save((Join-Path (Get-Location) $Picture), [System.Drawing.Imaging.ImageFormat]::Png)
} finally {
    Stop-Process -Id $demo.Id -ErrorAction SilentlyContinue
}
